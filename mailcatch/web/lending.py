"""A connection's socket, lent to flask-sock for as long as a websocket speaks on it.

flask-sock knows gunicorn's way: the server puts its socket into WSGI's environ, and who takes it answers there, not by
WSGI. What it does with the socket would harm a server that wants it back, so it gets this in its place.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from mailcatch.web.stream import SEND_TIMEOUT


class LentSocket:
    """What a websocket sees of its connection's socket. Its threads read here, and all send here."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()
        self.used = False  # something was said on it: HTTP has no more business here
        self.closed = threading.Event()
        self.on_close: Callable[[], object] | None = None

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._sock.fileno()

    def recv(self, size: int) -> bytes:
        """Read some bytes, b"" at the end."""
        return self._sock.recv(size)

    def send(self, data: bytes) -> int:
        """Send all of `data`, never amid what another thread sends, within SEND_TIMEOUT seconds.

        Raises OSError: the client is gone or stalled. As half a frame may be out then, nothing can be sent after it.
        """
        with self._sending:
            self.used = True
            try:
                self._sock.settimeout(SEND_TIMEOUT)
                self._sock.sendall(data)
            except OSError:
                self.abort()
                raise
        return len(data)

    def close(self) -> None:
        """Say that nothing more will be sent. The socket itself stays its connection's, to be closed there.

        Only this direction ends: what the client has under way would otherwise be answered with a reset, before which
        it may not have read why it was sent away.
        """
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
        self._note_end()

    def abort(self) -> None:
        """End both directions: whoever reads or sends here gets an error or the end at once."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._note_end()

    def _note_end(self) -> None:
        self.closed.set()
        if self.on_close:
            self.on_close()
