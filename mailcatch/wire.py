"""A bounded buffer of lines, for protocols that speak in them. Sans-IO: bytes in, lines out."""

from __future__ import annotations

BEGINNING = 16
"""Octets that are kept of a line that is too long: enough to see which command it was."""
ENDING = 24
"""Octets that are kept of its end: enough to see whether an IMAP literal follows."""


class LineTooLong(Exception):
    """A line beyond the limit; it was dropped up to its end. `beginning` and `ending` are all that is left of it."""

    def __init__(self, beginning: bytes, ending: bytes = b"") -> None:
        super().__init__("the line is too long")
        self.beginning = beginning
        self.ending = ending


class LineBuffer:
    """Gives the lines of a stream without their line end; LF alone ends one too, as old clients need.

    After `next` has returned None, at most `limit` octets and a CR are held: of a longer line nothing is kept but its
    beginning and its end. Whoever feeds without asking for lines bounds what he feeds. The work is linear in what
    comes, in however small pieces.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self._start = 0  # where the next line begins
        self._scanned = 0  # up to here there is no line end
        self._dropped: tuple[bytes, bytes] | None = None  # beginning and end of a line that is being dropped

    def __len__(self) -> int:
        """Return how many bytes wait to be read."""
        return len(self._data) - self._start

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        if self._start:
            del self._data[: self._start]
            self._scanned -= self._start
            self._start = 0
        self._data += data

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
        if data[end - 1 : end] == b"\r" and end > start:
            end -= 1
        if self._dropped is not None:
            (beginning, ending), self._dropped = self._dropped, None
            raise LineTooLong(beginning, (ending + data[start:end])[-ENDING:].rstrip(b"\r"))
        if end - start > self._limit:
            raise LineTooLong(bytes(data[start : start + BEGINNING]), bytes(data[max(start, end - ENDING) : end]))
        return bytes(data[start:end])

    def take(self, most: int | None = None) -> bytes:
        """Return all that waits, or its first `most` octets: data that is no lines."""
        end = len(self._data) if most is None else self._start + most
        taken = bytes(self._data[self._start : end])
        self._start = self._scanned = self._start + len(taken)
        return taken

    def clear(self) -> None:
        """Forget what waits (RFC 3207 §4.2: what came before the handshake is dropped)."""
        self._data.clear()
        self._start, self._scanned, self._dropped = 0, 0, None

    def _drop(self) -> None:
        waiting = bytes(self._data[self._start :])
        beginning, ending = self._dropped or (waiting[:BEGINNING], b"")
        self._dropped = beginning, (ending + waiting)[-ENDING:]
        self._data.clear()
        self._start = self._scanned = 0
