"""The folder of a database that goes with its process, and what processes left there that could not clear up.

A process that is killed leaves its folder. The next one that wants such a folder removes it: a lock that can be taken
has no owner. Between making a folder and locking it a newcomer may lose it to such a sweep; then it makes another.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mailcatch.store.locks import Taken, lock, lock_existing, lock_path, unlock

logger = logging.getLogger(__name__)

PREFIX = "mailcatch-temp-"
NAME = "mailcatch.db"


def claim_folder() -> tuple[Path, IO[bytes]]:
    """Sweep, make a folder that only its owner may enter, and give its database's path with the lock on it.

    Raises OSError where no folder can be made.
    """
    sweep(Path(tempfile.gettempdir()))
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX), NAME)
        with contextlib.suppress(FileNotFoundError, Taken):  # another one's sweep was faster; each sweeps once
            return path, lock(path)


def remove_folder(path: Path, file: IO[bytes]) -> None:
    """Remove a database's folder; its lock is held until the rest is gone.

    Raises OSError if something else is in it.
    """
    for each in path.parent.glob(NAME + "*"):
        if each != lock_path(path):
            each.unlink(missing_ok=True)
    unlock(path, file)
    with contextlib.suppress(FileNotFoundError):  # a sweep found it empty
        path.parent.rmdir()


def sweep(root: Path) -> None:
    """Remove what dead processes of this user left in `root`; what lives, or is not ours, is never touched."""
    swept = sum(_removed(folder) for folder in _folders(root))
    if swept:
        logger.info("removed the temporary databases of %d processes that were killed", swept)


def _folders(root: Path) -> Iterator[Path]:
    """Give the folders of our name and our user; whoever else may write in `root` can neither plant nor lend one."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                ours = entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False)
                if ours and (os.name == "nt" or entry.stat(follow_symlinks=False).st_uid == user):
                    yield Path(entry.path)


def _removed(folder: Path) -> bool:
    """Remove one if nobody owns it; True if its lock had no owner."""
    path = folder / NAME
    try:
        file = lock_existing(path)
    except FileNotFoundError:
        with contextlib.suppress(OSError):
            folder.rmdir()  # killed before it had a lock; what is not empty stays
        return False
    except (OSError, Taken):
        return False
    with contextlib.suppress(OSError):
        remove_folder(path, file)
    return True
