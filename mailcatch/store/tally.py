"""The numbers that the writer keeps in memory, so that no list has to count."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from mailcatch.model import FLAGGED, SEEN, Origin
from mailcatch.store.known import ONLY_DEFAULT, KnownInboxes, read_known
from mailcatch.store.places import CLOSED, Places


class Standing(Struct, frozen=True):
    """What of a message decides where it counts."""

    origin: Origin
    flags: int
    binned: bool
    size: int


class Tally(Struct, frozen=True):
    """How much mail there is.

    `total`, `unread` and `pinned` leave the Bin and appended mail out, as lists do; `stored` and `size` (bytes of raw
    mail) are of everything that retention looks at.
    """

    total: int = 0
    unread: int = 0
    pinned: int = 0
    binned: int = 0
    stored: int = 0
    size: int = 0

    def plus(self, message: Standing, sign: int = 1) -> Tally:
        """Count a message in, or with sign -1 out."""
        stored, size = self.stored + sign, self.size + sign * message.size
        if message.origin == "append":
            return Tally(self.total, self.unread, self.pinned, self.binned, stored, size)
        if message.binned:
            return Tally(self.total, self.unread, self.pinned, self.binned + sign, stored, size)
        return Tally(
            self.total + sign,
            self.unread + (0 if message.flags & SEEN else sign),
            self.pinned + (sign if message.flags & FLAGGED else 0),
            self.binned,
            stored,
            size,
        )

    def minus(self, message: Standing) -> Tally:
        """Count a message out."""
        return self.plus(message, -1)


class State(Struct, frozen=True):
    """What the last commit made true."""

    seq: int
    tally: Tally
    places: Places = CLOSED
    inboxes: KnownInboxes = ONLY_DEFAULT


def read_state(connection: sqlite3.Connection) -> State:
    """Count once, when the file is opened: what is listed by its index, the little that is not by its rows."""
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    total, unread, pinned, size = connection.execute(
        "SELECT count(*), coalesce(sum(flags % 2 = 0), 0), coalesce(sum(flags & 4 <> 0), 0), coalesce(sum(size), 0)"
        " FROM messages INDEXED BY messages_listed WHERE binned_at IS NULL AND origin <> 'append'"
    ).fetchone()
    binned, aside, its_size = connection.execute(
        "SELECT coalesce(sum(origin <> 'append'), 0), count(*), coalesce(sum(size), 0)"
        " FROM messages INDEXED BY messages_aside WHERE binned_at IS NOT NULL OR origin = 'append'"
    ).fetchone()
    tally = Tally(total, unread, pinned, binned, total + aside, size + its_size)
    return State(seq, tally, inboxes=read_known(connection))
