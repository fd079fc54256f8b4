"""`sendmail -bs`: SMTP on standard input and output, handed on to the sink as it comes."""

from __future__ import annotations

import os
import re
import socket
import threading

_PIECE = 1 << 16
_STDIN, _STDOUT = 0, 1
_BARE_LF = re.compile(rb"(?<!\r)\n")


def relay(server: socket.socket) -> None:
    """Hand on both directions until the server has said its last; LF becomes CRLF, as sendmail takes either."""
    server.settimeout(None)
    threading.Thread(target=_upwards, args=(server,), daemon=True).start()
    try:
        while piece := server.recv(_PIECE):
            _write(piece)
    except OSError:
        pass  # the server or our reader has gone: it is over either way


def _upwards(server: socket.socket) -> None:
    lines = LineEnds()
    try:
        while piece := os.read(_STDIN, _PIECE):
            server.sendall(lines.with_crlf(piece))
        server.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(_STDOUT, rest) :]


class LineEnds:
    """Makes each LF a CRLF in a stream that comes in pieces."""

    def __init__(self) -> None:
        self._pending = b""  # a CR that the next piece may complete

    def with_crlf(self, piece: bytes) -> bytes:
        """Return a piece with CRLF."""
        before, self._pending = self._pending, piece[-1:] if piece.endswith(b"\r") else b""
        return _BARE_LF.sub(b"\r\n", before + piece)[len(before) :]
