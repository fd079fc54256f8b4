"""Claiming a database file: one process owns it, and it is checked before anything is written.

Everything that is wrong with a file is said in one sentence with a way out (G18), and the file stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from mailcatch.errors import ConfigError
from mailcatch.store.locks import Taken, lock, unlock
from mailcatch.store.schema import APPLICATION_ID, migrations
from mailcatch.store.temporary import claim_folder, remove_folder

ELSE = "name another with --database (MAILCATCH_DATABASE)"
"""The way out that ends a sentence about a file."""

_HEADER = 100  # bytes of SQLite's file header
_MAGIC = b"SQLite format 3\0"


class Claim:
    """A database file that is ours alone until `release`; a temporary one goes with it."""

    def __init__(self, path: Path | None) -> None:
        self.temporary = path is None
        self.path, self._lock = _temporary() if path is None else _named(path.absolute())
        try:
            check(self.path)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let others have the file; a temporary one is removed."""
        if self._lock.closed:
            return
        if self.temporary:
            remove_folder(self.path, self._lock)
        else:
            unlock(self.path, self._lock)


def check(path: Path) -> None:
    """Raise ConfigError if the file is not ours to open: foreign, newer, damaged, or not writable."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
            size = file.seek(0, os.SEEK_END)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"database {path}: {error.strerror}; {ELSE}") from error
    if not header:
        return
    if not header.startswith(_MAGIC) or len(header) < _HEADER:
        raise ConfigError(f"database {path} is not an SQLite database, or a damaged one; {ELSE}")
    if int.from_bytes(header[68:72]) != APPLICATION_ID:
        raise ConfigError(f"database {path} belongs to another program; {ELSE}")
    refuse_newer(path, int.from_bytes(header[60:64]))
    _check_whole(path, header, size)
    if not os.access(path, os.W_OK):
        raise ConfigError(f"database {path} is read-only; make it writable, or {ELSE}")


def refuse_newer(path: Path, version: int) -> None:
    """Raise ConfigError for a schema that this version does not know."""
    known = len(migrations())
    if version > known:
        raise ConfigError(
            f"database {path} was made by a newer mailcatch (schema {version}, this one knows {known});"
            f" use that version, or {ELSE}"
        )


def _check_whole(path: Path, header: bytes, size: int) -> None:
    """Raise ConfigError if the end of the file is missing: half copied, or cut by a full disk.

    A log of SQLite beside it may hold that end (killed during a checkpoint); then SQLite itself must judge.
    """
    log = path.with_name(path.name + "-wal")
    wanted = int.from_bytes(header[16:18]) * int.from_bytes(header[28:32])
    if size < wanted and not (log.exists() and log.stat().st_size):
        raise ConfigError(f"database {path} is damaged: {size:,} of {wanted:,} bytes are there; restore it, or {ELSE}")


def _temporary() -> tuple[Path, IO[bytes]]:
    try:
        return claim_folder()
    except OSError as error:
        raise ConfigError(f"a temporary database cannot be made: {error.strerror}; {ELSE}") from error


def _named(path: Path) -> tuple[Path, IO[bytes]]:
    _make_folder(path)
    try:
        return path, lock(path)
    except Taken:
        raise ConfigError(
            f"database {path} is in use by another mailcatch; give each its own, such as --database ./x.db"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"database {path}: {path.parent} cannot be written ({error.strerror}); make it writable, or {ELSE}"
        ) from error


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"database {path}: its folder cannot be made ({error.strerror}); {ELSE}") from error
    if path.is_dir():
        raise ConfigError(f"database {path} is a folder; name a file with --database")
