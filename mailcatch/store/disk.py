"""Room on the disk, and a reserve for the day there is none.

In WAL mode also a delete needs room to be written. So a file is kept that is given up when the disk is full: deletes
and a checkpoint then work, and free what they delete.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from pathlib import Path

from mailcatch.errors import Overloaded

log = logging.getLogger(__name__)

SMALLEST, LARGEST = 256 << 10, 16 << 20
_SHARE = 16  # the reserve is this part of what is free
_TIMES = 4  # a message needs this many times its size while it is stored: log, index, checkpoint
_AGAIN = 2.5  # made only with so many times its size free: else making it would itself stop the mail
_LOOK_AGAIN = 0.25  # seconds that an answer of the file system holds while there is plenty
_PLENTY = 1 << 30


class Reserve:
    """Watches the free space beside the database."""

    def __init__(self, database: Path) -> None:
        self._folder = database.parent
        self._path = database.with_name(database.name + ".reserve")
        self._path.unlink(missing_ok=True)
        self.size = min(max(self.free() // _SHARE, SMALLEST), LARGEST)
        self.given_up = False
        self._looked = 0.0
        self._known_free = 0
        self.make()

    def free(self) -> int:
        """Return the free bytes of the file system."""
        return shutil.disk_usage(self._folder).free

    def check(self, size: int) -> None:
        """Raise Overloaded if a message of `size` bytes should not be taken now."""
        now = time.monotonic()
        if self._known_free < _PLENTY or now - self._looked > _LOOK_AGAIN:
            self._known_free, self._looked = self.free(), now
        needed = self.size + _TIMES * size
        if self._known_free < needed:
            raise Overloaded("the disk is full: delete mail or free space, then try again")

    def spare(self, size: int) -> None:
        """Raise Overloaded for a message of `size` bytes that would use up what was given up for deletes."""
        if self.given_up:
            self.check(size)

    def make(self) -> None:
        """Make the reserve, or make it again, while there is plenty of room for it."""
        if self._path.exists() or self.free() < _AGAIN * self.size:
            return
        self.given_up = False
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                _fill(file, self.size)
            finally:
                os.close(file)
        except OSError:
            self.remove()

    def give_up(self) -> None:
        """Free the reserve, for deletes and a checkpoint."""
        self.given_up = True
        self._known_free = 0  # what was known is out of date: look before the next message
        if self._path.exists():
            log.warning("the disk is full: giving up the reserve of %d bytes, so that mail can be deleted", self.size)
        with contextlib.suppress(OSError):
            self._path.unlink()

    def remove(self) -> None:
        """Leave nothing behind at the end."""
        with contextlib.suppress(OSError):
            self._path.unlink()


def _fill(file: int, size: int) -> None:
    """Take `size` bytes of the disk, where possible without writing them."""
    if hasattr(os, "posix_fallocate"):
        with contextlib.suppress(OSError):
            os.posix_fallocate(file, 0, size)
            return
    piece = bytes(1 << 16)
    for _ in range(0, size, len(piece)):
        os.write(file, piece)
