"""The snapshot of a session."""

from __future__ import annotations

import pytest

from mailcatch.pop3.maildrop import Entry, Maildrop, NoSuchMessage, ranges_of, snapshot
from mailcatch.store.mailbox_api import Mailbox
from tests.support.pop3 import running

INBOX = Mailbox(1, 1, "INBOX", None, True, 7)


@pytest.fixture
def maildrop() -> Maildrop:
    """Make one of four messages."""
    return Maildrop(INBOX, [1, 2, 3, 9], [11, 12, 13, 19], [100, 200, 300, 900])


def test_messages_are_numbered_from_one(maildrop: Maildrop):
    """With what is known of each."""
    assert (maildrop.count, maildrop.size) == (4, 1_500)
    assert maildrop.entry(4) == Entry(4, 9, 19, 900)
    assert maildrop.unique_id(maildrop.entry(4)) == "7.9"


@pytest.mark.parametrize("number", [0, 5, 10**9])
def test_other_numbers_are_none(maildrop: Maildrop, number: int):
    """And the answer says which there are."""
    with pytest.raises(NoSuchMessage, match="1 to 4"):
        maildrop.entry(number)


def test_what_is_marked_does_not_count(maildrop: Maildrop):
    """The others keep their numbers, and the marks can be taken off."""
    maildrop.delete(2)
    assert (maildrop.count, maildrop.size) == (3, 1_300)
    assert [entry.number for entry in maildrop] == [1, 3, 4]
    assert [entry.number for entry in maildrop.deleted] == [2]
    for act in (maildrop.entry, maildrop.delete):
        with pytest.raises(NoSuchMessage, match="marked"):
            act(2)
    maildrop.reset()
    assert (maildrop.count, maildrop.deleted) == (4, [])


def test_ranges_are_ascending_and_joined(maildrop: Maildrop):
    """As the store wants UIDs."""
    assert ranges_of(list(maildrop)) == [(1, 3), (9, 9)]
    assert ranges_of([]) == []


def test_a_snapshot_holds_what_is_there():
    """More than one reading takes, in order of arrival; what comes later is not in it."""
    with running() as door:
        door.add(*[b"%d\r\n" % number for number in range(1_200)])
        account = door.inbox.mailboxes.open_account("all", "", 1).result(10)
        maildrop = snapshot(door.store, account.number)
        door.add(b"later\r\n")
        assert (maildrop.count, maildrop.entry(1).size, maildrop.entry(1_200).size) == (1_200, 3, 6)
        assert len({maildrop.unique_id(entry) for entry in maildrop}) == 1_200


def test_an_empty_mailbox_has_an_empty_snapshot():
    """Nothing is read, and nothing raised."""
    with running() as door:
        account = door.inbox.mailboxes.open_account("address", "ann@x.test", 1).result(10)
        assert snapshot(door.store, account.number).count == 0
