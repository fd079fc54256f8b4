"""The event log."""

import sqlite3
from pathlib import Path

import pytest

from mailcatch.store import log
from mailcatch.store.files import open_writer


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return open_writer(tmp_path / "mail.db")


def write(connection: sqlite3.Connection, first: int, last: int) -> None:
    connection.executemany(
        "INSERT INTO events VALUES (?, 0, 'removed', 'x', NULL)", [(seq,) for seq in range(first, last + 1)]
    )
    log.forget_old_events(connection, first - 1, last)
    connection.execute("UPDATE counters SET value = ? WHERE name = 'seq'", (last,))


def test_old_events_are_forgotten_and_the_gap_is_told(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch):
    """An older cursor learns that some are missing; a newer one sees each (G9). Few are kept here, to be quick."""
    monkeypatch.setattr(log, "KEPT", 500)
    for first in range(1, 3_000, 100):
        write(connection, first, first + 99)
    (floor,) = connection.execute("SELECT value FROM counters WHERE name = 'events_floor'").fetchone()
    assert 0 < floor <= 3_000 - 500
    assert log.read_events(connection, 0, 10).gap
    following = log.read_events(connection, floor, 10_000)
    assert (following.gap, [event.seq for event in following.events]) == (False, list(range(floor + 1, 3_001)))


def test_a_limit_cuts_the_events(connection: sqlite3.Connection):
    """The log's own seq tells that there are more."""
    write(connection, 1, 10)
    page = log.read_events(connection, 2, 3)
    assert ([event.seq for event in page.events], page.seq) == ([3, 4, 5], 10)
