"""The two directions of an HTTP connection as files, each with a clock.

A socket's own timeout runs anew with each byte, so a client that sends one every nine seconds would hold a worker for
hours. Here the reading side has a *deadline*, set by who reads: for the request head, for each piece of a body.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailcatch.web.body import PIECE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

SEND_TIMEOUT = 5.0
"""Seconds in which a client must take each piece of 64 KiB."""


class Incoming(io.RawIOBase):
    """The socket's bytes, until the deadline; TimeoutError("timed out") after it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._deadline = 0.0

    def readable(self) -> bool:
        """Say yes, as io.BufferedReader asks."""
        return True

    def allow(self, seconds: float) -> None:
        """Let reads take until so many seconds from now, together."""
        self._deadline = time.monotonic() + seconds

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Let reads give what is there at once, or nothing."""
        before, self._deadline = self._deadline, 0.0
        try:
            yield
        finally:
            self._deadline = before

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """Read some bytes; 0 at the end of the stream, None if there are none now and nobody would wait."""
        if self._deadline == 0.0:
            self._sock.settimeout(0)
            try:
                return self._sock.recv_into(buffer)
            except BlockingIOError:
                return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        return self._sock.recv_into(buffer)


class Reader(io.BufferedReader):
    """Incoming bytes, buffered, with what cheroot asks of a reader."""

    bytes_read = 0

    def __init__(self, incoming: Incoming) -> None:
        super().__init__(incoming, 16 << 10)
        self._incoming = incoming

    def allow(self, seconds: float) -> None:
        """Let reads take until so many seconds from now, together."""
        self._incoming.allow(seconds)

    def has_data(self) -> bool:
        """Tell whether the next request has begun to arrive already."""
        with self._incoming.without_waiting():
            return bool(self.peek(1))


class Writer:
    """The way out, unbuffered: each write is on its way when it returns."""

    bytes_written = 0
    closed = False

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def write(self, data: ReadableBuffer) -> int:
        """Send all of `data`, each piece within SEND_TIMEOUT. Raises OSError: the client is gone or stalled."""
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            self._sock.settimeout(SEND_TIMEOUT)
            self._sock.sendall(view[start : start + PIECE])
        return len(view)

    def flush(self) -> None:
        """Nothing is ever held back."""
