"""Lists: pages by seq, rows by position, and the numbers beside them.

What is listed is found in the index `messages_listed` alone, which holds all that lists filter and count by; only the
rows shown are read. SQLite is told to use it: it would prefer the table itself, whose rows are twenty times as long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from mailcatch.errors import NotFound
from mailcatch.model import Order, Summary
from mailcatch.search.query import All, And, Query, Term
from mailcatch.store.addresses import RCPT
from mailcatch.store.api import Count, Counts, ListedInbox, Page
from mailcatch.store.rows import SUMMARY, summary_of
from mailcatch.store.search import source
from mailcatch.store.tally import State

_LISTED = "m.binned_at IS NULL AND m.origin <> 'append'"
_INDEXED = "messages m INDEXED BY messages_listed"
_MOST_RECIPIENTS = 1_000
_REMEMBERED = 64


class Known:
    """Remembers the numbers of queries until the log moves: who scrolls through a search counts it once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seq = -1
        self._numbers: dict[Hashable, Any] = {}

    def get(self, seq: int, key: Hashable) -> Any:  # noqa: ANN401 - what `put` was given
        """Return what is known of `key` at `seq`, or None."""
        with self._lock:
            return self._numbers.get(key) if seq == self._seq else None

    def put(self, seq: int, key: Hashable, numbers: object) -> None:
        """Remember what is true at `seq`."""
        with self._lock:
            if seq > self._seq:
                self._seq = seq
                self._numbers.clear()
            if seq == self._seq and len(self._numbers) < _REMEMBERED:
                self._numbers[key] = numbers


class Listing:
    """The part of the list that a query and an inbox leave, as it is when the log is at `state`."""

    def __init__(
        self, connection: sqlite3.Connection, state: State, known: Known, query: Query | None, inbox: str | None
    ) -> None:
        self._connection = connection
        self._state = state
        self._known = known
        self._plain = query is None and inbox is None
        if inbox is not None:
            _must_be_there(connection, inbox)
            query = And((Term("inbox", "eq", inbox), query or All()))
        found = source(query)
        self._tables, self._where, self._seq = found.tables, found.where, found.seq
        self._parameters: tuple[Any, ...] = found.parameters

    def page(self, limit: int, before: int | None, after: int | None, order: Order) -> Page:
        """Return up to `limit` rows with before > seq > after."""
        rows = self.rows(limit + 1, before, after, order)
        more, rows = len(rows) > limit, rows[:limit]
        older = (
            rows[-1].seq if rows and (more if order == "desc" else before is not None or after is not None) else None
        )
        newer = rows[0].seq if rows else after
        if order == "asc":
            older, newer = (rows[0].seq if rows and after is not None else None), (rows[-1].seq if more else None)
        return Page(tuple(rows), *self.totals(), older, newer, self._state.seq)

    def rows(self, limit: int, before: int | None, after: int | None, order: Order) -> list[Summary]:
        """Return up to `limit` rows with before > seq > after, and nothing else."""
        where, parameters = self._where, self._parameters
        for comparison, bound in (("<", before), (">", after)):
            if bound is not None:
                # First: what opens messages is asked of those alone that lie between.
                where, parameters = f"{self._seq} {comparison} ? AND {where}", (bound, *parameters)
        return self._rows(where, parameters, order, limit, 0)

    def positions(self, start: int, count: int) -> Page:
        """Return `count` rows from index `start`, 0 being the newest."""
        rows = self._rows(self._where, self._parameters, "desc", count, start)
        return Page(tuple(rows), *self.totals(), None, None, self._state.seq)

    def totals(self) -> tuple[int, int]:
        """Return how many there are, and how many of them unread."""
        if self._plain:
            return self._state.tally.total, self._state.tally.unread
        key = (self._tables, self._where, self._parameters)
        numbers: tuple[int, int] | None = self._known.get(self._state.seq, key)
        if numbers is None:
            numbers = self._connection.execute(
                f"SELECT count(*), coalesce(sum(m.flags % 2 = 0), 0) FROM {self._tables} WHERE {self._where}",
                self._parameters,
            ).fetchone()
            self._known.put(self._state.seq, key, numbers)
        return numbers

    def _rows(self, where: str, parameters: Sequence[Any], order: Order, limit: int, offset: int) -> list[Summary]:
        direction = "DESC" if order == "desc" else "ASC"
        # The seqs first, from an index alone: a jump over 50,000 rows then reads no row.
        rows = self._connection.execute(
            f"SELECT {SUMMARY} FROM messages m WHERE m.seq IN (SELECT {self._seq} FROM {self._tables} WHERE {where}"
            f" ORDER BY {self._seq} {direction} LIMIT ? OFFSET ?) ORDER BY m.seq {direction}",
            [*parameters, limit, offset],
        )
        return [summary_of(row) for row in rows]


def _must_be_there(connection: sqlite3.Connection, inbox: str) -> None:
    if connection.execute("SELECT 1 FROM inboxes WHERE name = ?", (inbox,)).fetchone() is None:
        raise NotFound(f"no inbox {inbox!r}")


def read_counts(connection: sqlite3.Connection, state: State) -> Counts:
    """Return the numbers of the sidebar."""
    inboxes = connection.execute(
        "SELECT i.name, coalesce(n.total, 0), coalesce(n.unread, 0) FROM inboxes i LEFT JOIN"
        " (SELECT p.inbox, count(*) AS total, sum(m.flags % 2 = 0) AS unread"
        f"  FROM inbox_messages p CROSS JOIN {_INDEXED} ON m.seq = p.message WHERE {_LISTED} GROUP BY p.inbox) n"
        " ON n.inbox = i.number ORDER BY i.number"
    )
    recipients = connection.execute(
        "SELECT a.key, count(*) AS n, sum(m.flags % 2 = 0)"
        f" FROM addresses a CROSS JOIN {_INDEXED} ON m.seq = a.message WHERE a.roles & {RCPT} AND {_LISTED}"
        " GROUP BY a.key ORDER BY n DESC, a.key LIMIT ?",
        (_MOST_RECIPIENTS,),
    )
    tags = connection.execute(
        f"SELECT t.tag, count(*), sum(m.flags % 2 = 0) FROM tags t CROSS JOIN {_INDEXED} ON m.seq = t.message"
        f" WHERE {_LISTED} GROUP BY t.tag ORDER BY t.tag"
    )
    tally = state.tally
    return Counts(
        total=tally.total,
        unread=tally.unread,
        pinned=tally.pinned,
        binned=tally.binned,
        inboxes=_counted(inboxes),
        recipients=_counted(recipients),
        tags=_counted(tags),
        seq=state.seq,
    )


def read_inboxes(connection: sqlite3.Connection, numbers: Mapping[str, Count]) -> tuple[ListedInbox, ...]:
    """Return the inboxes with their `numbers`; one that was made since those were counted has no mail yet."""
    rows = connection.execute("SELECT name, label, automatic, created_at, expires_at FROM inboxes ORDER BY number")
    return tuple([_listed(numbers.get(row[0], Count(row[0], 0, 0)), *row[1:]) for row in rows])


def _listed(count: Count, label: str, automatic: int, created_at: int, expires_at: int | None) -> ListedInbox:
    return ListedInbox(count.name, label, bool(automatic), count.total, count.unread, created_at, expires_at)


def _counted(rows: Iterable[tuple[str, int, int]]) -> tuple[Count, ...]:
    return tuple([Count(*row) for row in rows])
