"""A bounded buffer of lines, for protocols that speak in them. Sans-IO: bytes in, lines out."""

from __future__ import annotations


class LineTooLong(Exception):
    """A line beyond the limit; it was dropped up to its end."""


class LineBuffer:
    """Gives the lines of a stream without their line end; LF alone ends one too, as old clients need.

    What it holds is bounded: of a line longer than `limit` bytes nothing is kept but the fact.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self._start = 0
        self._scanned = 0
        self._dropping = False

    def __len__(self) -> int:
        """Return how many bytes wait to be read."""
        return len(self._data) - self._start

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        if self._start and self._start == len(self._data):
            self._data.clear()
            self._start = self._scanned = 0
        self._data += data

    def next(self, limit: int | None = None) -> bytes | None:
        """Return the next line, None if there is no whole one. Raises LineTooLong, once, at the end of such a line."""
        end = self._data.find(b"\n", max(self._start, self._scanned))
        if end < 0:
            self._scanned = len(self._data)
            if len(self) > self._limit:
                self._dropping = True
                self.clear()
            return None
        line = bytes(self._data[self._start : end])
        self._start = self._scanned = end + 1
        if self._dropping or len(line) > (self._limit if limit is None else limit) + 1:
            self._dropping = False
            raise LineTooLong
        return line[:-1] if line.endswith(b"\r") else line

    def take(self) -> bytes:
        """Return all that waits, which is no longer lines: the data that follows them."""
        rest = bytes(self._data[self._start :])
        self.clear()
        return rest

    def clear(self) -> None:
        """Forget what waits (RFC 3207 §4.2: what came before the handshake is dropped)."""
        self._data.clear()
        self._start = self._scanned = 0
