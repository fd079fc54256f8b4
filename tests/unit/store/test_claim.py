"""Claiming a database file: what is refused, with which words, and that it stays as it is."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import ConfigError
from mailcatch.store.claim import Claim
from mailcatch.store.files import open_writer
from mailcatch.store.sqlite import open_store
from tests.support.needs import bound_by_modes


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Make a database of ours, closed."""
    path = tmp_path / "mail.db"
    open_writer(path).close()
    return path


def test_a_file_in_use_is_refused(made: Path):
    """The second instance gets one sentence with a way out; when the first goes, the file is free."""
    claim = Claim(made)
    with pytest.raises(ConfigError, match=r"in use by another mailcatch.*--database"):
        Claim(made)
    claim.release()
    claim.release()
    Claim(made).release()


def test_one_at_a_time_owns_it(made: Path):
    """However many come and go at once: a lock whose file was removed is no lock."""
    owners, most, errors = 0, 0, []
    counting = threading.Lock()

    def come_and_go() -> None:
        nonlocal owners, most
        for _ in range(200):
            try:
                claim = Claim(made)
            except ConfigError:
                continue
            except OSError as error:
                errors.append(error)
                continue
            with counting:
                owners += 1
                most = max(most, owners)
            with counting:
                owners -= 1
            claim.release()

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, errors) == (1, [])


def written(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_text("a letter to my aunt " * 50), "not an SQLite database"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "damaged"),
        (lambda path: written(path, 68, (1).to_bytes(4)), "another program"),
        (lambda path: written(path, 60, (99).to_bytes(4)), "newer mailcatch"),
        (lambda path: written(path, 4096, os.urandom(4096 * 4)), "damaged"),
        (lambda path: written(path, 100, os.urandom(3000)), "damaged"),
        (cut, "damaged: [0-9,]+ of [0-9,]+ bytes"),
    ],
    ids=["foreign", "header only", "another program's", "newer", "inside broken", "schema broken", "cut off"],
)
def test_a_file_that_is_not_ours_stays_untouched(made: Path, spoil: Callable[[Path], None], words: str):
    """Refused with a sentence that names it, within two seconds; not a byte of it changes, nothing is left beside it."""
    spoil(made)
    before, start = made.read_bytes(), time.monotonic()
    with pytest.raises(ConfigError, match=words) as raised:
        open_store(made, Bus())
    assert time.monotonic() - start < 2
    assert str(made) in str(raised.value)
    assert "--database" in str(raised.value)
    assert made.read_bytes() == before
    assert list(made.parent.iterdir()) == [made]


def test_a_file_that_another_program_has_locked(made: Path):
    """Also within two seconds, and the other program is not disturbed."""
    other = sqlite3.connect(made, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    with pytest.raises(ConfigError, match="locked by another program"):
        open_store(made, Bus())
    assert time.monotonic() - start < 2
    other.execute("INSERT INTO meta VALUES ('other', 'works')")
    other.execute("COMMIT")
    other.close()
    open_store(made, Bus()).close()


def test_a_read_only_file_is_refused(made: Path):
    """With a way out."""
    made.chmod(0o400)
    look = "import pathlib, sys; from mailcatch.store.claim import check; check(pathlib.Path(sys.argv[1]))"
    words = bound_by_modes([sys.executable, "-c", look, str(made)])
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    assert result.stderr.splitlines()[-1].startswith("mailcatch.errors.ConfigError: database ")
    assert "is read-only; make it writable, or name another with --database" in result.stderr


def test_only_its_owner_may_read_it(tmp_path: Path):
    """Folder 0700, and every file of the database 0600."""
    path = tmp_path / "new" / "mail.db"
    before = os.umask(0)
    try:
        store = open_store(path, Bus())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert {"mail.db", "mail.db.lock", "mail.db-wal"} <= modes.keys()
    store.close()


def test_a_temporary_database_goes_with_its_claim():
    """Nothing stays behind."""
    claim = Claim(None)
    folder = claim.path.parent
    assert folder.is_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    claim.release()
    assert not folder.exists()


def test_a_temporary_database_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a folder that is not there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"temporary database cannot be made.*--database"):
        Claim(None)


def test_a_folder_is_no_database(tmp_path: Path):
    """It says so."""
    with pytest.raises(ConfigError, match="is a folder"):
        Claim(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path):
    """Because a file has its name."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be made.*--database"):
        Claim(tmp_path / "file" / "mail.db")
