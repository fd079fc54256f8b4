"""Search keys become criteria when the session's view is known."""

from mailcatch.imap.keys import AllOf, AnyOf, InSet, Not, Recent, resolve
from mailcatch.imap.sets import parse_set
from mailcatch.model import SEEN
from mailcatch.search import criteria

UIDS = [2, 3, 5, 8, 13]


def test_sets_become_uids():
    """Sequence numbers by the view, UIDs as they are, both with `*`; beyond the view there is nothing."""
    assert resolve(InSet(parse_set(b"2:3,5"), by_uid=False), UIDS) == criteria.Uids(((3, 5), (13, 13)))
    assert resolve(InSet(parse_set(b"2:4,99:*"), by_uid=True), UIDS) == criteria.Uids(((2, 4), (13, 13)))
    assert resolve(InSet(parse_set(b"6:9"), by_uid=False), UIDS) == criteria.Uids(())
    assert resolve(InSet(parse_set(b"1:*"), by_uid=False), []) == criteria.Uids(())
    assert resolve(InSet(parse_set(b"*"), by_uid=True), []) == criteria.Uids(())


def test_the_tree_keeps_its_shape():
    r"""Leaves are handed on, \Recent is the session's."""
    seen = criteria.Flag(SEEN)
    key = AllOf((AnyOf((seen, Recent())), Not(InSet(parse_set(b"1"), by_uid=False))))
    assert resolve(key, UIDS, [(8, 13)]) == criteria.AllOf(
        (
            criteria.AnyOf((seen, criteria.Uids(((8, 13),)))),
            criteria.Not(criteria.Uids(((2, 2),))),
        )
    )
