"""The numbers that the writer keeps in memory, so that no list has to count."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from mailcatch.model import FLAGGED, SEEN


@dataclass(frozen=True, slots=True)
class Tally:
    """How much mail there is: total, unread and pinned leave the Bin out; `size` is the bytes of all raw mail."""

    total: int = 0
    unread: int = 0
    pinned: int = 0
    binned: int = 0
    size: int = 0

    def with_message(self, flags: int, binned: bool, size: int, sign: int = 1) -> Tally:
        """Count a message in, or with sign -1 out."""
        if binned:
            return replace(self, binned=self.binned + sign, size=self.size + sign * size)
        return Tally(
            self.total + sign,
            self.unread + (0 if flags & SEEN else sign),
            self.pinned + (sign if flags & FLAGGED else 0),
            self.binned,
            self.size + sign * size,
        )


@dataclass(frozen=True, slots=True)
class State:
    """What the last commit made true."""

    seq: int
    tally: Tally


def read_state(connection: sqlite3.Connection) -> State:
    """Count once, when the file is opened."""
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    row = connection.execute(
        "SELECT coalesce(sum(binned_at IS NULL), 0), coalesce(sum(binned_at IS NULL AND flags & 1 = 0), 0),"
        " coalesce(sum(binned_at IS NULL AND flags & 4 <> 0), 0), coalesce(sum(binned_at IS NOT NULL), 0),"
        " coalesce(sum(size), 0) FROM messages WHERE origin <> 'append'"
    ).fetchone()
    return State(seq, Tally(*row))
