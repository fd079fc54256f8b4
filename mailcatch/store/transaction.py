"""What one operation of the writer may do inside the transaction of its batch."""

from __future__ import annotations

import sqlite3

from mailcatch.store.tally import Tally

Pending = tuple[int, int, str, str | None, str | None]
"""An event to be written: seq, at, kind, id, data."""


class Transaction:
    """What an operation may do: run SQL, take numbers of the log, write events."""

    def __init__(self, connection: sqlite3.Connection, seq: int, at: int, tally: Tally) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.executemany = connection.executemany
        self.seq = seq
        self.at = at
        self.events: list[Pending] = []
        self.tally = tally

    def next_seq(self) -> int:
        """Take the log's next number."""
        self.seq += 1
        return self.seq

    def event(self, kind: str, id: str | None, seq: int | None = None, data: str | None = None) -> int:
        """Write an event, under `seq` if that was taken already; return its seq."""
        number = self.next_seq() if seq is None else seq
        self.events.append((number, self.at, kind, id, data))
        return number
