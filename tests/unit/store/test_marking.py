"""Flags and keywords of copies."""

from __future__ import annotations

import pytest

from mailcatch.errors import NotFound
from mailcatch.model import ANSWERED, DELETED, FLAGGED, SEEN
from mailcatch.store import log, steps
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened


def test_flags_are_one_state_in_every_account(opened: Opened) -> None:
    """Set in one, they are set in all, and the web sees read and pinned; DELETED stays where it was set."""
    (id,) = opened.add(message(rcpt="bob@x.test"))
    everything, bob = opened.boxes()["INBOX"], opened.boxes("address", "bob@x.test")["INBOX"]
    before = opened.store.cursor().seq
    flagged = opened.store.store_flags(bob, WHOLE, "set", SEEN | FLAGGED | ANSWERED | DELETED, ("Junk",)).result(5)
    (there,), (here,) = opened.placed(everything), opened.placed(bob)
    assert (there.flags, there.keywords) == (SEEN | FLAGGED | ANSWERED, ("Junk",))
    assert here.flags == there.flags | DELETED
    assert here.modseq == there.modseq == flagged.modseq > before
    summary = opened.store.message(id).summary
    assert (summary.read, summary.pinned) == (True, True)
    assert [event.kind for event in opened.store.events(before).events] == ["changed"]
    assert (opened.store.counts().unread, opened.store.counts().pinned) == (0, 1)


def test_what_is_so_already_keeps_its_modseq(opened: Opened) -> None:
    """And is not told of; one that has changed meanwhile is left alone (RFC 7162 §3.1.3)."""
    opened.add(message("one"), message("two"))
    inbox = opened.boxes()["INBOX"]
    first = opened.store.store_flags(inbox, ((1, 1),), "add", SEEN, ()).result(5)
    again = opened.store.store_flags(inbox, WHOLE, "add", SEEN, ()).result(5)
    assert [each.uid for each in again.changed] == [2]
    refused = opened.store.store_flags(inbox, WHOLE, "remove", SEEN, (), unchanged_since=first.modseq).result(5)
    assert (refused.conflicts, [each.uid for each in refused.changed]) == ((2,), [1])


@pytest.mark.parametrize(
    ("act", "flags", "keywords", "after"),
    [
        ("set", SEEN, ("new", "BLUE"), (SEEN, ("Blue", "new"))),
        ("set", 0, (), (0, ())),
        ("add", SEEN, ("blue", "Red"), (SEEN | ANSWERED, ("Blue", "Red"))),
        ("remove", ANSWERED, ("BLUE",), (0, ())),
        ("remove", SEEN, ("none",), (ANSWERED, ("Blue",))),
    ],
)
def test_the_three_acts(opened: Opened, act: str, flags: int, keywords: tuple[str, ...], after: object) -> None:
    """A keyword keeps the spelling it first had, for case makes none a new one."""
    opened.add(message())
    inbox = opened.boxes()["INBOX"]
    opened.store.store_flags(inbox, WHOLE, "set", ANSWERED, ("Blue",)).result(5)
    opened.store.store_flags(inbox, WHOLE, act, flags, keywords).result(5)  # type: ignore[arg-type]
    (copy,) = opened.placed(inbox)
    assert (copy.flags, copy.keywords) == after


def test_many_are_flagged_in_steps(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer for all of them; each step that touches too many messages tells so by one event."""
    monkeypatch.setattr(steps, "STEP", 10)
    monkeypatch.setattr(log, "EVENT_LIMIT", 5)
    opened.add(*[message(str(n)) for n in range(23)])
    inbox, before = opened.boxes()["INBOX"], opened.store.cursor().seq
    flagged = opened.store.store_flags(inbox, ((1, 4), (6, 99)), "add", SEEN, ()).result(5)
    assert [each.uid for each in flagged.changed] == [1, 2, 3, 4, *range(6, 24)]
    assert [event.kind for event in opened.store.events(before).events] == ["reset", "reset", "changed", "changed"]
    assert flagged.modseq == opened.store.statuses([inbox])[0].highest_modseq
    assert {each.uid: each.modseq for each in flagged.changed} == {
        each.uid: each.modseq for each in opened.placed(inbox) if each.flags & SEEN
    }


def test_a_mailbox_that_is_gone(opened: Opened) -> None:
    """Is not found, whatever the UIDs."""
    for uids in (WHOLE, ()):
        with pytest.raises(NotFound):
            opened.store.store_flags(999, uids, "add", SEEN, ()).result(5)
