"""The server's side of a websocket (RFC 6455), on a connection that HTTP hands over.

The protocol is wsproto's, sans-IO; this owns the socket. One thread reads and writes, so no frame can cut another, and
there is nothing to lock. Compression is not offered: on a loopback it costs memory and gives nothing.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

from mailcatch.web.connection import Connection
from mailcatch.web.problems import Problem

MAX_MESSAGE = 64 << 10
"""Bytes of a client's message; beyond it the connection is closed with 1009."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_RECEIVE_TIMEOUT = 5.0
_MISSED_PONGS = 2


def handshake(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the header fields of the `101` for a client's handshake (RFC 6455 §4.2). Raises Problem."""
    wishes = {wish.strip() for wish in environ.get("HTTP_CONNECTION", "").lower().split(",")}
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "upgrade" not in wishes:
        raise Problem("upgrade-required", "Connect with a websocket.", headers=(("Upgrade", "websocket"),))
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        wanted = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))
        raise Problem("upgrade-required", "The websocket's version must be 13.", headers=wanted)
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").encode("latin-1")
    try:
        good = len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        good = False
    if not good or environ["REQUEST_METHOD"] != "GET":
        raise Problem("bad-request", "The websocket's handshake cannot be read.")
    accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()
    return [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]


class Channel:
    """An open websocket. Sending raises OSError when the client is gone or stalled."""

    def __init__(self, connection: Connection) -> None:
        from wsproto.connection import Connection as Protocol  # imported with the first websocket
        from wsproto.connection import ConnectionType

        self._connection = connection
        self._protocol = Protocol(ConnectionType.SERVER)
        self._message = 0  # bytes of the message that is coming in
        self._pings = 0  # sent since the client was last heard

    @property
    def has_data(self) -> bool:
        """Whether the client's bytes lie here already, where no poll sees them."""
        return bool(self._connection.rfile.has_data())

    def send(self, texts: list[bytes]) -> None:
        """Send text messages."""
        from wsproto.events import TextMessage

        frames = [self._protocol.send(TextMessage(data=text.decode())) for text in texts]
        self._connection.wfile.write(b"".join(frames))

    def ping(self) -> bool:
        """Ask whether the client is there; False if it did not answer the last two times."""
        from wsproto.events import Ping

        self._pings += 1
        if self._pings > _MISSED_PONGS:
            return False
        self._connection.wfile.write(self._protocol.send(Ping()))
        return True

    def receive(self) -> bool:
        """Take what the client sent; False when the connection is over. What it says is of no interest."""
        from wsproto.utilities import RemoteProtocolError

        self._connection.rfile.allow(_RECEIVE_TIMEOUT)
        data = self._connection.rfile.read1(16 << 10)
        if not data:
            return False
        self._pings = 0
        try:
            self._protocol.receive_data(data)
            return all(self._handle(event) for event in self._protocol.events())
        except RemoteProtocolError as error:
            self._end(error.event_hint or _close(1002, "protocol error"))
            return False

    def close(self, code: int, reason: str) -> None:
        """Say good-bye; a client that is gone need not hear it."""
        with contextlib.suppress(OSError):
            self._end(_close(code, reason))

    def _handle(self, event: Any) -> bool:  # noqa: ANN401 - wsproto's events have no useful common type
        from wsproto.events import CloseConnection, Message, Ping

        if isinstance(event, Ping):
            self._connection.wfile.write(self._protocol.send(event.response()))
        elif isinstance(event, CloseConnection):
            self._end(event.response())
            return False
        elif isinstance(event, Message):
            self._message += len(event.data)
            if self._message > MAX_MESSAGE:
                self._end(_close(1009, "a message is too big"))
                return False
            if event.message_finished:
                self._message = 0
        return True

    def _end(self, event: Any) -> None:  # noqa: ANN401
        from wsproto.connection import ConnectionState

        if self._protocol.state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            self._connection.wfile.write(self._protocol.send(event))


def _close(code: int, reason: str) -> Any:  # noqa: ANN401
    from wsproto.events import CloseConnection

    return CloseConnection(code, reason)
