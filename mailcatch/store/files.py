"""Opening the connection that writes: what must be settled before the first table, and what each connection needs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from mailcatch.errors import ConfigError
from mailcatch.store.claim import ELSE, refuse_newer
from mailcatch.store.derived import restore
from mailcatch.store.schema import APPLICATION_ID, migrate, seed
from mailcatch.store.words import renew

PAGE_SIZE = 4096  # a single mail touches some thirty pages; twice as large, each costs twice as much to write
# The writer checkpoints when it is quiet; in a full stream it never is, and unbounded the log grew past 500 MB.
_LOG_PAGES = 4_000  # after which SQLite's log goes into the file also under load: 16 MB, some 30 ms
_SMALL_LOG_PAGES = 64
_SMALL_DISK = 64 << 20  # bytes free: there a log of 16 MB would itself fill it


def open_writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints, making and migrating the file. Raises ConfigError."""
    if sqlite3.sqlite_version_info < (3, 37):
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old: mailcatch needs 3.37 or newer")
    try:
        if not path.exists() or path.stat().st_size == 0:
            _make(path.resolve())
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    except sqlite3.Error as error:
        raise ConfigError(why(path, error)) from error
    except OSError as error:
        raise ConfigError(f"database {path} cannot be opened: {error}; {ELSE}") from error
    try:
        connection.execute("PRAGMA busy_timeout=1000")
        _look(connection, path)
        _prepare(connection)
        _bound_log(connection, shutil.disk_usage(path.parent).free)
        migrate(connection)
        seed(connection)
        restore(connection)
        renew(connection)
    except sqlite3.Error as error:
        connection.close()
        raise ConfigError(why(path, error)) from error
    except ConfigError:
        connection.close()
        raise
    return connection


def emptied(path: Path, connection: sqlite3.Connection) -> sqlite3.Connection:
    """Replace a database by a new one; return its connection. Raises ConfigError.

    Its epoch is new, its counters go on: neither a cursor nor a mail client's UIDVALIDITY can mistake it for the old
    one. By removing the file, for to empty one of a gigabyte takes SQLite half a minute.
    """
    counters = dict(connection.execute("SELECT name, value FROM counters"))
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    fresh = open_writer(path)
    fresh.execute("BEGIN IMMEDIATE")
    fresh.execute("UPDATE mailboxes SET uidvalidity = uidvalidity + ?", (counters["uidvalidity"],))
    for name in ("seq", "uidvalidity"):
        fresh.execute("UPDATE counters SET value = value + ? WHERE name = ?", (counters[name], name))
    fresh.execute("COMMIT")
    return fresh


def _make(path: Path) -> None:
    """Make an empty database under another name, then give it its own: killed on the way, there is no half of one.

    What cannot be settled later is two commits of SQLite, and between them the file would belong to nobody.
    """
    draft = path.with_name(path.name + ".new")
    for left in (draft, draft.with_name(draft.name + "-journal")):
        left.unlink(missing_ok=True)
    draft.touch(0o600)
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    draft.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name, too, outlives a power failure
        finally:
            os.close(folder)


def _look(connection: sqlite3.Connection, path: Path) -> None:
    """Read what every later step needs, before anything is written: a file that is not for us shall stay as it is."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()  # with what SQLite's log knows of it
    refuse_newer(path, version)
    if version:  # 0: killed before its first table
        connection.execute("SELECT (SELECT count(*) FROM meta), (SELECT count(*) FROM counters)").fetchone()
        connection.execute("SELECT (SELECT max(seq) FROM messages), (SELECT max(seq) FROM events)").fetchone()


def _prepare(connection: sqlite3.Connection) -> None:
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


def why(path: Path, error: sqlite3.Error) -> str:
    """Return what is wrong with a file that SQLite cannot open, and what to do."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"database {path} is locked by another program; close that, or {ELSE}"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return f"database {path} is damaged ({error}); restore it, or {ELSE}"
    if name.startswith("SQLITE_FULL"):
        return f"database {path} cannot be opened, for the disk is full; free some space, or {ELSE}"
    return f"database {path} cannot be opened: {error}; {ELSE}"
