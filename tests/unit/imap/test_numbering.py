"""Numberings: sequence numbers, and steps that sessions share."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap.numbering import Numbering


def test_numbers_count_from_one():
    """A UID that is not there has none."""
    numbering = Numbering([3, 5, 9])
    assert [numbering.number(uid) for uid in (3, 4, 5, 9, 10)] == [1, None, 2, 3, None]
    assert numbering.known([9, 4, 3, 9]) == [3, 9]
    assert numbering.count([(1, 4), (6, 20)]) == 2 and len(numbering) == 3


def test_sessions_that_see_the_same_share_the_same():
    """The second step of the same kind costs nothing."""
    numbering = Numbering(array("I", [1, 2, 3]))
    assert numbering.with_more((4,)) is numbering.with_more((4,))
    assert numbering.without((2,)) is numbering.without((2,))
    assert list(numbering.with_more((4, 5)).uids) == [1, 2, 3, 4, 5]
    assert list(numbering.uids) == [1, 2, 3]


@given(st.sets(st.integers(1, 200)), st.data())
def test_what_is_left_is_what_has_not_gone(uids, data):
    """Few or many at a time."""
    gone = data.draw(st.sets(st.sampled_from(sorted(uids)))) if uids else set()
    left = Numbering(sorted(uids)).without(tuple(sorted(gone)))
    assert list(left.uids) == sorted(uids - gone)
