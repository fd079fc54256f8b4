"""A websocket client that owns its socket: frames come when they are asked for, and can be sent wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Ping, RejectConnection, Request


class Closed(Exception):
    """The server ended the connection, with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Refused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class WebSocket:
    """One connection; `Refused` if the handshake fails."""

    def __init__(self, address: tuple[str, int], target: str, *, host: str = "", headers: Any = ()) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._events: Iterator[Any] = iter(())
        request = Request(host or f"{address[0]}:{address[1]}", target, extra_headers=list(headers))
        self.send(request)
        answer = self._event()
        if isinstance(answer, RejectConnection):
            self.socket.close()
            raise Refused(answer.status_code)
        assert isinstance(answer, AcceptConnection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.socket.close()

    def send(self, event: Any) -> None:
        """Send an event of wsproto."""
        self.socket.sendall(self._protocol.send(event))

    def frame(self) -> Any:
        """Return the next message as JSON. Raises Closed."""
        text = ""
        while True:
            event = self._event()
            if isinstance(event, Ping):
                self.send(event.response())
            elif isinstance(event, CloseConnection):
                raise Closed(event.code)
            elif isinstance(event, Message):
                text += str(event.data)
                if event.message_finished:
                    return json.loads(text)

    def _event(self) -> Any:
        while (event := next(self._events, None)) is None:
            data = self.socket.recv(1 << 16)
            self._protocol.receive_data(data or None)
            self._events = self._protocol.events()
        return event
