"""The snapshot of a mailbox that a session works on (RFC 1939 §4): numbers, sizes, unique ids, marks for deletion."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailcatch.store.mailbox_api import Mailbox, MailboxReader, Range

_ROWS_AT_ONCE = 1_000


class NoSuchMessage(Exception):
    """No message has this number, or it is marked as deleted; the text says which."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the snapshot; `message` is its number in the store, `size` in octets."""

    number: int
    uid: int
    message: int
    size: int


class Maildrop:
    """A mailbox as it was at the login; what comes later is in the next session's, what goes stays in this one."""

    def __init__(self, mailbox: Mailbox, uids: Sequence[int], messages: Sequence[int], sizes: Sequence[int]) -> None:
        self.mailbox = mailbox
        self._uids = uids
        self._messages = messages
        self._sizes = sizes
        self._deleted: set[int] = set()

    @property
    def count(self) -> int:
        """How many messages there are, those marked as deleted left out."""
        return len(self._uids) - len(self._deleted)

    @property
    def size(self) -> int:
        """Octets of them all."""
        return sum(self._sizes) - sum(self._sizes[number - 1] for number in self._deleted)

    def entry(self, number: int) -> Entry:
        """Return a message by its number, from 1. Raises NoSuchMessage."""
        if not 1 <= number <= len(self._uids):
            raise NoSuchMessage(f"there is no message {number}, they are 1 to {len(self._uids)}")
        if number in self._deleted:
            raise NoSuchMessage(f"message {number} is marked as deleted")
        return self._entry(number)

    def __iter__(self) -> Iterator[Entry]:
        """Go through the messages that are not marked as deleted."""
        return (self._entry(number) for number in range(1, len(self._uids) + 1) if number not in self._deleted)

    def unique_id(self, entry: Entry) -> str:
        """Return what UIDL says: never the same for another message, always the same for this one."""
        return f"{self.mailbox.uidvalidity}.{entry.uid}"

    def delete(self, number: int) -> None:
        """Mark a message as deleted. Raises NoSuchMessage."""
        self.entry(number)
        self._deleted.add(number)

    def reset(self) -> None:
        """Take the marks off."""
        self._deleted.clear()

    @property
    def deleted(self) -> list[Entry]:
        """The messages that are marked, in their order."""
        return [self._entry(number) for number in sorted(self._deleted)]

    def _entry(self, number: int) -> Entry:
        index = number - 1
        return Entry(number, self._uids[index], self._messages[index], self._sizes[index])


def snapshot(reader: MailboxReader, account: int) -> Maildrop:
    """Read the INBOX of an account: what goes between its two readings is not in it. It takes a while for thousands."""
    mailbox = reader.mailbox(account, "INBOX")
    uids, messages, sizes = array("Q"), array("Q"), array("Q")
    first, last = 1, reader.open_mailbox(mailbox.number).status.uidnext - 1
    while first <= last:
        rows = reader.rows(mailbox.number, [(first, last)], limit=_ROWS_AT_ONCE)
        for row in rows:
            uids.append(row.placed.uid)
            messages.append(row.placed.message)
            sizes.append(row.size)
        if len(rows) < _ROWS_AT_ONCE:
            break
        first = rows[-1].placed.uid + 1
    return Maildrop(mailbox, uids, messages, sizes)


def ranges_of(entries: Sequence[Entry]) -> list[Range]:
    """Return the UIDs of ascending entries as ranges."""
    ranges: list[Range] = []
    for entry in entries:
        if ranges and ranges[-1][1] == entry.uid - 1:
            ranges[-1] = ranges[-1][0], entry.uid
        else:
            ranges.append((entry.uid, entry.uid))
    return ranges
