"""What one operation of the writer may do inside the transaction of its batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from mailcatch.store.graves import Grave
from mailcatch.store.inserts import EVENTS, ORDER, Insert, Row
from mailcatch.store.known import ONLY_DEFAULT, KnownInboxes
from mailcatch.store.places import CLOSED, Places
from mailcatch.store.tally import Tally


class Later(Struct, frozen=True, eq=False):
    """Work that may be done in a later transaction than the one that asks for it; what it keeps in memory, in bytes."""

    run: Callable[[Transaction], None]
    size: int


class Behind:
    """What committed transactions have left for later, oldest first, and its size in bytes."""

    def __init__(self) -> None:
        self._work: list[Later] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self._work)

    def oldest(self, start: int, most: int | None = None) -> Sequence[Later]:
        """Return what comes after the `start` oldest pieces, `most` at most."""
        return self._work[start : None if most is None else start + most]

    def follow(self, transaction: Transaction) -> None:
        """Take note of what a transaction has done and left, now that it is committed."""
        if transaction.done:
            self.size -= sum([work.size for work in self._work[: transaction.done]])
            del self._work[: transaction.done]
        for work in transaction.left:
            self.size += work.size
            self._work.append(work)


class Transaction:
    """What an operation may do: run SQL, add rows, take numbers of the log, write events.

    Rows that are added wait until the batch ends or somebody runs SQL, who then finds them. So does work that
    operations of this transaction have `left` for later, or earlier ones (`behind`, of which this one has `done` some).
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        seq: int,
        at: int,
        tally: Tally,
        places: Places = CLOSED,
        *,
        inboxes: KnownInboxes = ONLY_DEFAULT,
        behind: Behind | None = None,
    ) -> None:
        self._connection = connection
        self._waiting: dict[Insert, list[Row]] = {}
        self._behind = Behind() if behind is None else behind
        self.done = 0
        self.left: list[Later] = []
        self.graves: list[Grave] = []  # of messages that are gone once this is committed
        self.seq = seq
        self.at = at
        self.tally = tally
        self.places = places
        self.inboxes = inboxes

    @property
    def connection(self) -> sqlite3.Connection:
        """The writing connection, with all that was added so far, and nothing left behind."""
        if self.left or self.done < len(self._behind):
            self.catch_up()
        if self._waiting:
            self.flush()
        return self._connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement."""
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """Run a statement for each of the rows."""
        return self.connection.executemany(sql, parameters)

    def add(self, insert: Insert, row: Row) -> None:
        """Add a row."""
        rows = self._waiting.get(insert)
        if rows is None:
            self._waiting[insert] = [row]
        else:
            rows.append(row)

    def later(self, work: Later) -> None:
        """Leave work that needs not be in this commit: it adds rows that nobody reads but through `connection`."""
        self.left.append(work)

    def catch_up(self) -> None:
        """Do now all that was left for later."""
        self.catch_up_some(None)
        left, self.left = self.left, []
        for work in left:
            work.run(self)

    def catch_up_some(self, most: int | None) -> None:
        """Do some of what earlier transactions left, the oldest first."""
        oldest = self._behind.oldest(self.done, most)
        self.done += len(oldest)
        for work in oldest:
            work.run(self)

    def flush(self) -> None:
        """Write the rows that wait."""
        waiting, self._waiting = self._waiting, {}
        for insert in ORDER:
            if insert in waiting:
                insert.write(self._connection, waiting[insert])

    def next_seq(self) -> int:
        """Take the log's next number."""
        self.seq += 1
        return self.seq

    def event(self, kind: str, id: str | None, seq: int | None = None, data: str | None = None) -> int:
        """Write an event, under `seq` if that was taken already; return its seq."""
        number = self.next_seq() if seq is None else seq
        self.add(EVENTS, (number, self.at, kind, id, data))
        return number
