"""Rows written many to a statement."""

from __future__ import annotations

import sqlite3

import pytest

from mailcatch.store.inserts import INBOX_MESSAGES, INBOXES, ORDER, SESSIONS, USED, Insert
from mailcatch.store.schema import migrate, seed


@pytest.mark.parametrize("count", [0, 1, 2, 3, 15, 16, 17, 100])
def test_all_rows_arrive_in_their_order(count: int):
    """However many there are, in as few statements as there are sizes for them."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a, b)")
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    rows = [(n, f"row {n}") for n in range(count)]
    Insert("INSERT INTO t (a, b)", "(?, ?)").write(connection, rows)
    written = [step for step in steps if step.startswith("INSERT")]
    assert connection.execute("SELECT a, b FROM t ORDER BY rowid").fetchall() == rows
    assert len(written) == count // 16 + (count % 16).bit_count()


def test_large_rows_go_one_at_a_time():
    """Each of their values is copied for its statement."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a)")
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    Insert("INSERT INTO t", "(?)", at_once=(1,)).write(connection, [(1,), (2,), (3,)])
    assert len([step for step in steps if step.startswith("INSERT")]) == 3


@pytest.fixture
def database() -> sqlite3.Connection:
    """Make a database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    seed(connection)
    return connection


def test_every_statement_fits_its_table(database: sqlite3.Connection):
    """In every size."""
    for insert in ORDER:
        for size in (1, 16):
            width = insert.sql(1).split(" ON CONFLICT")[0].count("?")
            database.execute(f"EXPLAIN {insert.sql(size)}", [None] * width * size)


def test_a_session_comes_twice_in_one_statement(database: sqlite3.Connection):
    """The later state wins, counters never go down, and no transcript leaves the one that is there."""
    rows = [
        ("id", "ESMTP", "l", "p", 1, None, "h", None, None, None, 2, 1, None, "[]", "[1]"),
        ("id", "ESMTP", "l", "p", 1, 9, "h", None, None, None, 1, 3, "QUIT", "[]", ""),
    ]
    SESSIONS.write(database, rows)
    columns = "ended_at, accepted, rejected, outcome, transcript"
    assert database.execute(f"SELECT {columns} FROM sessions").fetchall() == [(9, 2, 3, "QUIT", "[1]")]


def test_a_message_lies_in_an_inbox_once(database: sqlite3.Connection):
    """Two ways to it are one row."""
    INBOX_MESSAGES.write(database, [(1, 1), (1, 1)])
    assert database.execute("SELECT inbox, message FROM inbox_messages").fetchall() == [(1, 1)]


def test_use_of_an_inbox_is_noted(database: sqlite3.Connection):
    """Its row stays what it was."""
    INBOXES.write(database, [(2, "gw0", "label", True, 10, 10, None)])
    USED.write(database, [(2, "gw0", 99, 99)])
    row = database.execute("SELECT name, label, created_at, used_at FROM inboxes WHERE number = 2").fetchone()
    assert row == ("gw0", "label", 10, 99)
