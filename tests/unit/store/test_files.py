"""Opening the connection that writes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.errors import ConfigError
from mailcatch.store.files import PAGE_SIZE, emptied, open_writer
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


def test_a_new_database_has_its_name_only_when_it_is_ours(tmp_path: Path):
    """What a start that was killed left of its draft is thrown away, and nothing of the draft stays."""
    (tmp_path / "mail.db.new").write_bytes(b"half")
    (tmp_path / "mail.db.new-journal").write_bytes(b"half")
    open_writer(tmp_path / "mail.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["mail.db"]


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


def test_an_emptied_database_is_a_new_one(tmp_path: Path):
    """With a new epoch, so that old cursors are told (G10); its numbers go on, so that none is given twice (G8)."""
    path = tmp_path / "mail.db"
    connection = open_writer(path)
    connection.execute("INSERT INTO events VALUES (41, 0, 'reset', NULL, NULL)")
    connection.execute("UPDATE counters SET value = 41 WHERE name = 'seq'")
    look = (
        "SELECT value FROM meta WHERE name = 'epoch'",
        "SELECT value FROM counters WHERE name = 'seq'",
        "SELECT max(uidvalidity) FROM mailboxes",
        "SELECT count(*) FROM events",
    )
    epoch, seq, highest, _ = [connection.execute(query).fetchone()[0] for query in look]
    connection = emptied(path, connection)
    new_epoch, new_seq, _, events = [connection.execute(query).fetchone()[0] for query in look]
    assert new_epoch != epoch
    assert (new_seq, events) == (seq, 0) == (41, 0)
    assert connection.execute("SELECT min(uidvalidity) FROM mailboxes").fetchone()[0] > highest
    connection.close()
