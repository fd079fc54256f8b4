"""The event log: the facts that every follower reads from its own position."""

from __future__ import annotations

import sqlite3

from mailcatch.model import Event
from mailcatch.store.api import Log
from mailcatch.store.rows import SUMMARY, summary_of
from mailcatch.store.transaction import Pending

KEPT = 100_000
"""How many events are kept; an older cursor is told of the gap (G9)."""

_PRUNE_STEP = 1_000


def write_events(connection: sqlite3.Connection, events: list[Pending]) -> None:
    """Append events (seq, at, kind, id, data) in the order of their seqs."""
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", events)
    last = events[-1][0] if events else 0
    if last // _PRUNE_STEP != events[0][0] // _PRUNE_STEP if events else False:
        prune_events(connection, last - KEPT)


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
