"""Request bodies: read in bounded pieces, framed by a length or in chunks (RFC 9112 §6 and §7.1)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Protocol

PIECE = 64 << 10
"""Bytes read, or sent, at one time."""

_LINE_LIMIT = 4096
_TRAILER_LIMIT = 64


class BadBody(Exception):
    """The body's framing is broken, or it ended early: what follows on the connection means nothing."""


class Source(Protocol):
    """The connection's reading side."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, fewer at the end of the stream."""

    def readline(self, size: int, /) -> bytes:
        """Return a line with its end, at most `size` bytes of it."""


class Body:
    """What WSGI calls wsgi.input; `finished` once the last byte was read.

    `before` is called ahead of the first byte (it sends `100 Continue`, and only if the body is wanted), `patience`
    ahead of each piece: it allows the client so many seconds for it.
    """

    def __init__(self, source: Source, before: Callable[[], None], patience: Callable[[], None]) -> None:
        self._source = source
        self._before: Callable[[], None] | None = before
        self._patience = patience
        self.finished = False
        self.length: int | None = None  # bytes, where they are known beforehand

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in pieces of at most 64 KiB. Raises BadBody."""
        while piece := self.read(PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes (all that is left if negative); b"" at the end. Raises BadBody."""
        if size is None or size < 0:
            return b"".join(self.pieces())
        out = io.BytesIO()
        while not self.finished and (left := size - out.tell()) > 0:
            if self._before:
                self._before()
                self._before = None
            self._patience()
            out.write(self._some(min(left, PIECE)))
        return out.getvalue()

    def drain(self, limit: int) -> bool:
        """Throw away what is left if that is at most `limit` bytes; tell whether the body is finished then."""
        if self._before:  # the client still waits for a `100 Continue` that will not come
            return self.finished
        while not self.finished and limit > 0:
            limit -= len(self.read(min(limit, PIECE)))
        return self.finished

    def readline(self, size: int = -1) -> bytes:
        """Not how we read; WSGI demands that it exists."""
        raise io.UnsupportedOperation("readline")

    def _some(self, size: int) -> bytes:
        """Return at least one and at most `size` bytes, or b"" and `finished`."""
        raise NotImplementedError

    def _exactly(self, size: int) -> bytes:
        data = self._source.read(size)
        if len(data) < size:
            raise BadBody("the body ended early")
        return data


class SizedBody(Body):
    """A body of Content-Length bytes; 0 is no body."""

    def __init__(self, source: Source, length: int, before: Callable[[], None], patience: Callable[[], None]) -> None:
        super().__init__(source, before, patience)
        self.length = self._left = length
        self.finished = length == 0

    def _some(self, size: int) -> bytes:
        data = self._exactly(min(size, self._left))
        self._left -= len(data)
        self.finished = self._left == 0
        return data


class ChunkedBody(Body):
    """A body in chunks; extensions are ignored, trailers read and dropped."""

    _left = 0

    def _some(self, size: int) -> bytes:
        if self._left == 0:
            self._left = self._chunk_size()
            if self._left == 0:
                self._trailers()
                self.finished = True
                return b""
        data = self._exactly(min(size, self._left))
        self._left -= len(data)
        if self._left == 0 and self._exactly(2) != b"\r\n":
            raise BadBody("a chunk is longer than it says")
        return data

    def _chunk_size(self) -> int:
        digits = self._line().split(b";", 1)[0].strip()
        if not digits or len(digits) > 15 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
            raise BadBody("a chunk's size is not a hexadecimal number")
        return int(digits, 16)

    def _trailers(self) -> None:
        for _ in range(_TRAILER_LIMIT):
            if not self._line():
                return
        raise BadBody("too many trailers")

    def _line(self) -> bytes:
        line = self._source.readline(_LINE_LIMIT)
        if not line.endswith(b"\r\n"):
            raise BadBody("a line of the chunked body does not end in CRLF")
        return line[:-2]
