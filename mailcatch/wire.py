"""A bounded buffer of lines, for protocols that speak in them. Sans-IO: bytes in, lines out."""

from __future__ import annotations

BEGINNING = 16
"""Octets that are kept of a line that is too long: enough to see which command it was."""


class LineTooLong(Exception):
    """A line beyond the limit; it was dropped up to its end. `beginning` is how it began, in at most 16 octets."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__("the line is too long")
        self.beginning = beginning


class LineBuffer:
    """Gives the lines of a stream without their line end; LF alone ends one too, as old clients need.

    After `next` has returned None, at most `limit` octets and a CR are held: of a longer line nothing is kept but its
    beginning. Whoever feeds without asking for lines bounds what he feeds.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = b""
        self._start = 0  # where the next line begins
        self._scanned = 0  # up to here there is no line end
        self._dropped: bytes | None = None  # the beginning of a line that is being dropped

    def __len__(self) -> int:
        """Return how many bytes wait to be read."""
        return len(self._data) - self._start

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        if self._start == len(self._data):
            self._data = data
            self._scanned = 0
        else:
            self._data = self._data[self._start :] + data
            self._scanned -= self._start
        self._start = 0

    def next(self) -> bytes | None:
        """Return the next line, None if there is no whole one. Raises LineTooLong, once, at the end of such a line."""
        data, start = self._data, self._start
        end = data.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(data)
            if len(data) - start > self._limit + 1:  # one more: a CR that may belong to the line end
                self._drop()
            return None
        self._start = self._scanned = end + 1
        if self._dropped is not None:
            beginning, self._dropped = self._dropped, None
            raise LineTooLong(beginning)
        if data[end - 1 : end] == b"\r" and end > start:
            end -= 1
        if end - start > self._limit:
            raise LineTooLong(data[start : start + BEGINNING])
        return data[start:end]

    def take(self) -> bytes:
        """Return all that waits, which is no longer lines: the data that follows them."""
        rest = self._data[self._start :]
        self.clear()
        return rest

    def clear(self) -> None:
        """Forget what waits (RFC 3207 §4.2: what came before the handshake is dropped)."""
        self._data, self._start, self._scanned, self._dropped = b"", 0, 0, None

    def _drop(self) -> None:
        if self._dropped is None:
            self._dropped = self._data[self._start : self._start + BEGINNING]
        self._data, self._start, self._scanned = b"", 0, 0
