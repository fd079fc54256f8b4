"""The lock file beside a database: whoever holds it owns the database.

The lock goes when its process does, however that ends.
SQLite's own locks would not do: they go with any other handle on the file that is closed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO


class Taken(Exception):
    """Another process holds the lock."""


def lock_path(path: Path) -> Path:
    """Return the file whose lock says that the database is in use."""
    return path.with_name(path.name + ".lock")


def lock(path: Path) -> IO[bytes]:
    """Lock a database's lock file, which is made if need be.

    Raises Taken while another holds it, and OSError where it cannot be made.
    """
    while True:
        file = os.fdopen(os.open(lock_path(path), os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if _take(file, path):
            return file


def lock_existing(path: Path) -> IO[bytes]:
    """Lock a database's lock file only if there is one. Raises FileNotFoundError where there is none, and Taken."""
    while True:
        file = lock_path(path).open("r+b")
        if _take(file, path):
            return file


def unlock(path: Path, file: IO[bytes]) -> None:
    """Remove the file while it is still locked, so that nobody can hold the name of a lock that is gone."""
    with contextlib.suppress(OSError):  # Windows removes no open file
        lock_path(path).unlink()
    file.close()
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            lock_path(path).unlink()


def _take(file: IO[bytes], path: Path) -> bool:
    """Lock an open file; False, and closed, if its owner removed it between our opening and our locking it."""
    try:
        _hold(file)
    except OSError as error:
        file.close()
        raise Taken from error
    if _still_there(path, file):
        return True
    file.close()
    return False


def _hold(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _still_there(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), lock_path(path).stat())
    except FileNotFoundError:
        return False
