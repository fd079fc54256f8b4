"""The database file: claiming, checking, migrating."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from mailcatch.errors import ConfigError
from mailcatch.store.files import APPLICATION_ID, Claim, check, migrate, migrations, open_writer, reset


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Make a database of ours, closed."""
    path = tmp_path / "mail.db"
    open_writer(path).close()
    return path


def test_what_cannot_be_taken_back(made: Path):
    """Page size, vacuum mode, journal and identity are settled before the first table."""
    with sqlite3.connect(made) as connection:
        pragmas = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in
                   ("page_size", "auto_vacuum", "journal_mode", "application_id", "user_version")}  # fmt: skip
    assert pragmas == {
        "page_size": 8192, "auto_vacuum": 2, "journal_mode": "wal", "application_id": APPLICATION_ID,
        "user_version": len(migrations()),
    }  # fmt: skip


def test_a_file_in_use_is_refused(made: Path):
    """The second instance gets one sentence with a way out; when the first goes, the file is free."""
    claim = Claim(made)
    with pytest.raises(ConfigError, match=r"in use by another mailcatch.*--database"):
        Claim(made)
    claim.release()
    Claim(made).release()


def written(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_text("a letter to my aunt " * 50), "not an SQLite database"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "damaged"),
        (lambda path: written(path, 68, (1).to_bytes(4)), "another program"),
        (lambda path: written(path, 60, (99).to_bytes(4)), "newer mailcatch"),
    ],
    ids=["foreign", "cut off", "another program's", "newer"],
)
def test_a_file_that_is_not_ours_stays_untouched(made: Path, spoil, words: str):
    """It is refused with a sentence that names it, and not a byte of it changes (G18)."""
    spoil(made)
    before = made.read_bytes()
    with pytest.raises(ConfigError, match=words) as raised:
        Claim(made)
    assert str(made) in str(raised.value)
    assert made.read_bytes() == before


def test_a_damaged_file_is_refused(made: Path):
    """Also when only its inside is broken."""
    written(made, 8192, os.urandom(8192 * 4))
    check(made)
    with pytest.raises(ConfigError, match="cannot be opened"):
        open_writer(made)


def test_only_its_owner_may_read_it(tmp_path: Path):
    """Folder 0700, file 0600."""
    path = tmp_path / "new" / "mail.db"
    claim = Claim(path)
    open_writer(path).close()
    claim.release()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_temporary_database_goes_with_its_claim():
    """Nothing stays behind."""
    claim = Claim(None)
    folder = claim.path.parent
    assert folder.is_dir()
    claim.release()
    assert not folder.exists()


def test_a_folder_is_no_database(tmp_path: Path):
    """It says so."""
    with pytest.raises(ConfigError, match="is a folder"):
        Claim(tmp_path)


def test_migrations_go_on_where_they_stopped(made: Path):
    """A made-up second step runs once; one that fails leaves nothing of itself."""
    connection = sqlite3.connect(made, isolation_level=None)
    steps = [*migrations(), "CREATE TABLE two (x); INSERT INTO two VALUES (1);"]
    migrate(connection, steps)
    migrate(connection, steps)
    assert connection.execute("SELECT count(*) FROM two").fetchone() == (1,)
    with pytest.raises(sqlite3.Error):
        migrate(connection, [*steps, "CREATE TABLE three (x); nonsense;"])
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert ("two" in tables, "three" in tables) == (True, False)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(steps),)


def test_a_cleared_database_is_a_new_one(made: Path):
    """With a new epoch, so that old cursors are told (G10)."""
    connection = open_writer(made)
    query = "SELECT value FROM meta WHERE name = 'epoch'"
    before = connection.execute(query).fetchone()
    reset(connection)
    assert connection.execute(query).fetchone() != before
