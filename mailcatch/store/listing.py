"""Lists: pages by seq, rows by position, and the numbers beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from mailcatch.errors import NotFound
from mailcatch.model import Order, Summary
from mailcatch.search.query import All, And, Query, Term
from mailcatch.store.api import Count, Counts, Page
from mailcatch.store.rows import SUMMARY, summary_of
from mailcatch.store.search import source
from mailcatch.store.tally import State

_LISTED = "m.binned_at IS NULL AND m.origin <> 'append'"
_MOST_RECIPIENTS = 1_000


class Listing:
    """The part of the list that a query and an inbox leave."""

    def __init__(self, connection: sqlite3.Connection, query: Query | None, inbox: str | None) -> None:
        self._connection = connection
        self._plain = query is None and inbox is None
        if inbox is not None:
            _check_inbox(connection, inbox)
            query = And((query or All(), Term("inbox", "eq", inbox)))
        self._source = source(query)

    def page(self, state: State, limit: int, before: int | None, after: int | None, order: Order) -> Page:
        """Return up to `limit` rows with before > seq > after."""
        where, parameters = [self._source.where], list(self._source.parameters)
        for comparison, bound in (("<", before), (">", after)):
            if bound is not None:
                where.append(f"{self._source.seq} {comparison} ?")
                parameters.append(bound)
        rows = self._rows(" AND ".join(where), parameters, order, limit + 1, 0)
        more, rows = len(rows) > limit, rows[:limit]
        total, unread = self.totals(state)
        older = (
            rows[-1].seq if rows and (more if order == "desc" else before is not None or after is not None) else None
        )
        newer = rows[0].seq if rows else after
        if order == "asc":
            older, newer = (rows[0].seq if rows and after is not None else None), (rows[-1].seq if more else None)
        return Page(tuple(rows), total, unread, older, newer, state.seq)

    def positions(self, state: State, start: int, count: int) -> Page:
        """Return `count` rows from index `start`, 0 being the newest."""
        rows = self._rows(self._source.where, list(self._source.parameters), "desc", count, start)
        return Page(tuple(rows), *self.totals(state), None, None, state.seq)

    def totals(self, state: State) -> tuple[int, int]:
        """Return how many there are, and how many of them unread."""
        if self._plain:
            return state.tally.total, state.tally.unread
        total, unread = self._connection.execute(
            f"SELECT count(*), coalesce(sum(m.flags % 2 = 0), 0) FROM {self._source.tables} WHERE {self._source.where}",
            self._source.parameters,
        ).fetchone()
        return total, unread

    def _rows(self, where: str, parameters: list[Any], order: Order, limit: int, offset: int) -> list[Summary]:
        direction = "DESC" if order == "desc" else "ASC"
        # The seqs first, from an index alone: a jump over 50,000 rows then reads no row.
        rows = self._connection.execute(
            f"SELECT {SUMMARY} FROM messages m WHERE m.seq IN (SELECT m.seq FROM {self._source.tables} WHERE {where}"
            f" ORDER BY {self._source.seq} {direction} LIMIT ? OFFSET ?) ORDER BY m.seq {direction}",
            [*parameters, limit, offset],
        )
        return [summary_of(row) for row in rows]


def _check_inbox(connection: sqlite3.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM inboxes WHERE name = ?", (name,)).fetchone() is None:
        raise NotFound(f"no inbox {name!r}")


def read_counts(connection: sqlite3.Connection, state: State) -> Counts:
    """Return the numbers of the sidebar."""
    inboxes = connection.execute(
        "SELECT i.name, count(m.seq), coalesce(sum(m.flags % 2 = 0), 0) FROM inboxes i"
        " LEFT JOIN inbox_messages p ON p.inbox = i.number"
        f" LEFT JOIN messages m ON m.seq = p.message AND {_LISTED} GROUP BY i.number ORDER BY i.number"
    )
    recipients = connection.execute(
        "SELECT a.key, count(*) AS n, sum(m.flags % 2 = 0) FROM addresses a JOIN messages m ON m.seq = a.message"
        f" WHERE a.role = 'rcpt' AND {_LISTED} GROUP BY a.key ORDER BY n DESC, a.key LIMIT ?",
        (_MOST_RECIPIENTS,),
    )
    tags = connection.execute(
        "SELECT t.tag, count(*), sum(m.flags % 2 = 0) FROM tags t JOIN messages m ON m.seq = t.message"
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


def _counted(rows: Iterable[tuple[str, int, int]]) -> tuple[Count, ...]:
    return tuple([Count(*row) for row in rows])
