"""Opening the connection that writes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.errors import ConfigError
from mailcatch.store.files import PAGE_SIZE, open_writer
from mailcatch.store.schema import APPLICATION_ID, migrations


def pragmas(connection: sqlite3.Connection, *names: str) -> dict[str, object]:
    return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}


def test_what_cannot_be_taken_back(tmp_path: Path):
    """Page size, vacuum mode, journal and identity are settled before the first table."""
    open_writer(tmp_path / "mail.db").close()
    with sqlite3.connect(tmp_path / "mail.db") as connection:
        assert pragmas(connection, "page_size", "auto_vacuum", "journal_mode", "application_id", "user_version") == {
            "page_size": PAGE_SIZE,
            "auto_vacuum": 2,
            "journal_mode": "wal",
            "application_id": APPLICATION_ID,
            "user_version": len(migrations()),
        }


def test_what_each_connection_needs(tmp_path: Path):
    """A commit is on the disk, foreign keys hold, and the log of SQLite has a bound."""
    connection = open_writer(tmp_path / "mail.db")
    found = pragmas(connection, "synchronous", "foreign_keys", "wal_autocheckpoint")
    assert (found["synchronous"], found["foreign_keys"]) == (2, 1)
    assert 0 < found["wal_autocheckpoint"] <= 4_000
    connection.close()


@pytest.mark.parametrize("after", ["PRAGMA application_id", "BEGIN IMMEDIATE"])
def test_a_start_that_was_killed_is_taken_up_again(tmp_path: Path, after: str):
    """Whatever had been written by then: the file is still ours, and becomes whole."""
    path = tmp_path / "mail.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    if after == "BEGIN IMMEDIATE":
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE half (x)")
    connection.close()
    opened = open_writer(path)
    assert opened.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    assert pragmas(opened, "auto_vacuum") == {"auto_vacuum": 2}
    opened.close()


def test_a_version_that_only_the_log_knows(tmp_path: Path):
    """A newer one migrated the file and was killed before its checkpoint: refused all the same."""
    path = tmp_path / "mail.db"
    open_writer(path).close()
    newer = sqlite3.connect(path, isolation_level=None)
    newer.execute("PRAGMA user_version=99")
    with pytest.raises(ConfigError, match="newer mailcatch"):
        open_writer(path)
    newer.close()
