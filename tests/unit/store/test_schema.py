"""The schema's steps, its beginning, and emptying it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.store.files import open_writer
from mailcatch.store.schema import migrate, migrations, reset


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


def test_a_cleared_database_is_a_new_one(connection: sqlite3.Connection):
    """With a new epoch, so that old cursors are told (G10), and UIDVALIDITYs that no client has seen."""
    epoch = one(connection, "SELECT value FROM meta WHERE name = 'epoch'")
    highest = one(connection, "SELECT max(uidvalidity) FROM mailboxes")
    reset(connection)
    assert one(connection, "SELECT value FROM meta WHERE name = 'epoch'") != epoch
    assert one(connection, "SELECT min(uidvalidity) FROM mailboxes") > highest
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_table_is_emptied(connection: sqlite3.Connection):
    """None that holds mail, or what came of mail, is forgotten when a table is added."""
    kept = {"meta", "counters", "inboxes", "accounts", "mailboxes"}  # what a new database begins with
    tables = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not name.startswith(("words", "sqlite_"))
    }
    connection.execute("INSERT INTO sts_policies VALUES ('x.test', '1', '', 0, 0)")
    connection.execute("INSERT INTO relay_hosts VALUES ('192.0.2.1', 1, 0, NULL)")
    connection.execute("INSERT INTO relay_audit VALUES (1, 0, 'x', 'x', 'x')")
    connection.execute("INSERT INTO events VALUES (1, 0, 'reset', NULL, NULL)")
    reset(connection)
    assert {table: one(connection, f"SELECT count(*) FROM {table}") for table in tables - kept} == dict.fromkeys(
        tables - kept, 0
    )
