"""The event log: the facts that every follower reads from its own position."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from mailcatch.model import Event
from mailcatch.store.api import Log
from mailcatch.store.rows import SUMMARY, summary_of
from mailcatch.store.transaction import Transaction

KEPT = 100_000
"""How many events are kept; an older cursor is told of the gap (G9)."""

EVENT_LIMIT = 200
"""An operation on more messages than this writes one event `reset` instead of one each."""

_PRUNE_STEP = 1_000


def announce(transaction: Transaction, kind: str, touched: Mapping[int, str]) -> dict[int, int]:
    """Write the events of a bulk operation: one each, or one `reset` past 200 messages; return the seq for each."""
    if len(touched) > EVENT_LIMIT:
        return dict.fromkeys(touched, transaction.event("reset", None))
    return {message: transaction.event(kind, id) for message, id in touched.items()}


def forget_old_events(connection: sqlite3.Connection, before: int, now: int) -> None:
    """Prune the log from time to time, as it grows from seq `before` to `now`."""
    if before // _PRUNE_STEP != now // _PRUNE_STEP:
        prune_events(connection, now - KEPT)


def prune_events(connection: sqlite3.Connection, floor: int) -> None:
    """Forget the events up to seq `floor`."""
    if floor > 0:
        connection.execute("DELETE FROM events WHERE seq <= ?", (floor,))
        connection.execute("UPDATE counters SET value = max(value, ?) WHERE name = 'events_floor'", (floor,))


def read_events(connection: sqlite3.Connection, after: int, limit: int) -> Log:
    """Return the events past `after`, with the summaries of messages that are still there."""
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    (floor,) = connection.execute("SELECT value FROM counters WHERE name = 'events_floor'").fetchone()
    rows = connection.execute(
        f"SELECT e.seq, e.at, e.kind, e.id, {SUMMARY} FROM events e"
        " LEFT JOIN messages m ON m.id = e.id AND e.kind IN ('added', 'changed')"
        " WHERE e.seq > ? ORDER BY e.seq LIMIT ?",
        (after, limit),
    ).fetchall()
    events = tuple([Event(row[0], row[1], row[2], row[3], summary_of(row[4:]) if row[4] else None) for row in rows])
    return Log(events, after < floor, seq)
