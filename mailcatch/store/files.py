"""The database file: claiming it, checking it, opening connections to it.

Everything that is wrong with a file is found before it is touched, and said in one sentence with a way out (G18).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import IO

from mailcatch.errors import ConfigError
from mailcatch.ids import new_id

APPLICATION_ID = 0x6D63_6174  # "mcat"
PAGE_SIZE = 8192
_HEADER = 100  # bytes of SQLite's file header
# The writer checkpoints when it is quiet; in a full stream it never is, and unbounded the log grew past 500 MB.
_LOG_PAGES = 2_000  # after which SQLite's log goes into the file also under load: 16 MB, some 30 ms
_SMALL_DISK = 64 << 20  # bytes free: there a log of that size would itself fill it
_SMALL_LOG_PAGES = 64
_MAGIC = b"SQLite format 3\0"
_ELSE = "name another with --database (MAILCATCH_DATABASE)"


class Claim:
    """A database file that is ours alone until `release`; a temporary one goes with it."""

    def __init__(self, path: Path | None) -> None:
        self.temporary = path is None
        self._folder = tempfile.TemporaryDirectory(prefix="mailcatch-") if path is None else None
        self.path = Path(self._folder.name, "mailcatch.db") if self._folder else (path or Path()).absolute()
        _make_folder(self.path)
        self._lock = _lock(self.path)
        try:
            check(self.path)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let others have the file; a temporary one is removed."""
        if sys.platform == "win32":
            self._lock.close()  # there an open file cannot be removed
        # Removed while it is still locked: who opens it later makes a new one, who has it open sees that it is gone.
        with contextlib.suppress(OSError):
            lock_path(self.path).unlink()
        self._lock.close()
        if self._folder is not None:
            self._folder.cleanup()


def lock_path(path: Path) -> Path:
    """Return the file whose lock says that the database is in use."""
    return path.with_name(path.name + ".lock")


def check(path: Path) -> None:
    """Raise ConfigError if the file is not ours to open: foreign, newer, damaged, or not writable."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"database {path}: {error.strerror}; {_ELSE}") from error
    if not header:
        return
    if not header.startswith(_MAGIC) or len(header) < _HEADER:
        raise ConfigError(f"database {path} is not an SQLite database, or a damaged one; {_ELSE}")
    if _is_blank(header):
        return
    if int.from_bytes(header[68:72]) != APPLICATION_ID:
        raise ConfigError(f"database {path} belongs to another program; {_ELSE}")
    _refuse_newer(path, int.from_bytes(header[60:64]))
    if not os.access(path, os.W_OK):
        raise ConfigError(f"database {path} is read-only; make it writable, or {_ELSE}")


def _refuse_newer(path: Path, version: int) -> None:
    if version > len(migrations()):
        raise ConfigError(
            f"database {path} was made by a newer mailcatch (schema {version}, this one knows {len(migrations())});"
            f" use that version, or {_ELSE}"
        )


def open_writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints, making and migrating the file. Raises ConfigError."""
    if sqlite3.sqlite_version_info < (3, 37):
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old: mailcatch needs 3.37 or newer")
    new = _is_new(path)
    path.touch(0o600)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        _prepare(connection, new=new)
        _bound_log(connection, shutil.disk_usage(path.parent).free)
        _refuse_newer(path, connection.execute("PRAGMA user_version").fetchone()[0])  # as SQLite's log has it
        migrate(connection)
        seed(connection)
        connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    except sqlite3.Error as error:
        raise ConfigError(f"database {path} cannot be opened: {error}; {_ELSE}") from error
    return connection


def _is_new(path: Path) -> bool:
    """Tell whether nothing was ever stored in the file, also because its maker was killed on the way."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        header = file.read(_HEADER)
    return not header or _is_blank(header)


def _is_blank(header: bytes) -> bool:
    """Tell whether a database has not one table: a single page, which nobody has claimed yet."""
    pages, application = int.from_bytes(header[28:32]), int.from_bytes(header[68:72])
    return pages == 1 and application == 0


def _prepare(connection: sqlite3.Connection, *, new: bool) -> None:
    connection.execute("PRAGMA busy_timeout=1000")
    if new:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        # Before WAL, so that it is in the file itself: killed before its first checkpoint, the file must still be ours.
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-8000")
    connection.execute("PRAGMA temp_store=MEMORY")
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync=1")  # without it "fsync done" is untrue there


def _bound_log(connection: sqlite3.Connection, free: int) -> None:
    """Bound SQLite's log: when it goes into the file under load, and what is kept of its own file after that."""
    pages = _LOG_PAGES if free >= _SMALL_DISK else _SMALL_LOG_PAGES
    connection.execute(f"PRAGMA wal_autocheckpoint={pages}")
    if free >= _SMALL_DISK:  # on a small one the log keeps its place: when the rest is full, deletes are written there
        connection.execute(f"PRAGMA journal_size_limit={2 * pages * PAGE_SIZE}")


def migrations() -> list[str]:
    """Return the schema's steps, first to last: `migrations/NNNN.sql`."""
    folder = resources.files("mailcatch.store") / "migrations"
    return [
        step.read_text("utf-8")
        for step in sorted(folder.iterdir(), key=lambda step: step.name)
        if step.name.endswith(".sql")
    ]


def migrate(connection: sqlite3.Connection, steps: list[str] | None = None) -> None:
    """Bring the schema up to date, each step in a transaction of its own, counted by `PRAGMA user_version`."""
    steps = migrations() if steps is None else steps
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(steps[version:], version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version={number}; COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def seed(connection: sqlite3.Connection) -> None:
    """Give a new database its identity, its default inbox and the account that shows everything."""
    now = time.time_ns() // 1_000_000
    connection.execute("BEGIN IMMEDIATE")
    for name, value in (("epoch", new_id(now)[-8:].lower()), ("created_at", str(now)), ("words", "1")):
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, value))
    connection.execute(
        "INSERT OR IGNORE INTO inboxes (number, name, automatic, created_at, used_at) VALUES (1, 'default', 0, ?, ?)",
        (now, now),
    )
    connection.execute("INSERT OR IGNORE INTO accounts VALUES (1, 'all', '', ?)", (now,))
    connection.execute("COMMIT")


def reset(connection: sqlite3.Connection) -> None:
    """Empty the database; it becomes a new one, with a new epoch."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
    for table in ("placements", "expunged", "relay_jobs", "messages", "sessions", "events", "inboxes", "meta"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("COMMIT")
    seed(connection)
    connection.execute("PRAGMA incremental_vacuum").fetchall()


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"database {path}: its folder cannot be made ({error.strerror}); {_ELSE}") from error
    if path.is_dir():
        raise ConfigError(f"database {path} is a folder; name a file with --database")


def _lock(path: Path) -> IO[bytes]:
    """Lock a file beside the database: SQLite's own locks would go with any other handle that is closed."""
    while True:
        file = _lock_once(path)
        try:
            if os.path.samestat(os.fstat(file.fileno()), lock_path(path).stat()):
                return file
        except FileNotFoundError:
            pass
        file.close()  # its owner has removed it meanwhile: what we hold is no longer the file of that name


def _lock_once(path: Path) -> IO[bytes]:
    try:
        file = lock_path(path).open("ab")
    except OSError as error:
        raise ConfigError(
            f"database {path}: {path.parent} cannot be written ({error.strerror}); make it writable, or {_ELSE}"
        ) from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise ConfigError(
            f"database {path} is in use by another mailcatch; give each its own, such as --database ./x.db"
        ) from error
    lock_path(path).chmod(0o600)
    return file
