"""The schema's steps, and its beginning."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.store.files import open_writer
from mailcatch.store.schema import migrate, migrations


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return open_writer(tmp_path / "mail.db")


def one(connection: sqlite3.Connection, query: str) -> object:
    return connection.execute(query).fetchone()[0]


def test_migrations_go_on_where_they_stopped(connection: sqlite3.Connection):
    """A made-up second step runs once; one that fails leaves nothing of itself."""
    steps = [*migrations(), "CREATE TABLE two (x); INSERT INTO two VALUES (1);"]
    migrate(connection, steps)
    migrate(connection, steps)
    assert one(connection, "SELECT count(*) FROM two") == 1
    with pytest.raises(sqlite3.Error):
        migrate(connection, [*steps, "CREATE TABLE three (x); nonsense;"])
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert ("two" in tables, "three" in tables) == (True, False)
    assert one(connection, "PRAGMA user_version") == len(steps)


def test_every_step_up_to_a_failing_one_stays(connection: sqlite3.Connection):
    """Each is a transaction of its own, so the next start goes on from there."""
    steps = [*migrations(), "CREATE TABLE two (x)", "nonsense"]
    with pytest.raises(sqlite3.Error):
        migrate(connection, steps)
    assert one(connection, "PRAGMA user_version") == len(steps) - 1
    migrate(connection, [*steps[:-1], "INSERT INTO two VALUES (1)"])
    assert one(connection, "SELECT x FROM two") == 1


def test_a_new_database_has_an_inbox_and_an_account(connection: sqlite3.Connection):
    """The default inbox is number 1; `all` has the mailboxes that mail clients look for."""
    assert connection.execute("SELECT number, name FROM inboxes").fetchall() == [(1, "default")]
    assert connection.execute("SELECT kind, name FROM accounts").fetchall() == [("all", "")]
    names = [name for (name,) in connection.execute("SELECT name FROM mailboxes ORDER BY number")]
    assert names == ["INBOX", "Sent", "Drafts", "Trash", "Junk"]
