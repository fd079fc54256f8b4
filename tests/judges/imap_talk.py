"""A client of IMAP without opinions: says what the dialogue says, gives back what comes."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Self

from tests.judges.normal import condition
from tests.judges.script import Section, Step, filled, pieces
from tests.judges.servers import Server
from tests.judges.tokens import Closed, response

PATIENCE = 20.0
"""Seconds after which a server that says nothing has failed."""


class Connection:
    """One connection; `collected` are the responses since the last step."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=PATIENCE)
        self._stream = self._socket.makefile("rb")
        self._tag = 0
        self.collected: list[bytes] = []
        self.greeting = self._next()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Send bytes; that the server has gone is seen when its answer is read."""
        with suppress(ConnectionError):
            self._socket.sendall(data)

    def command(self, parts: list[bytes]) -> list[bytes]:
        """Say a command and give everything up to its tagged answer, or to a "+" that waits for more."""
        self._tag += 1
        tag = b"a%d" % self._tag
        first, *others = parts
        self.say(tag + b" " + first)
        for part in [*others, None]:
            last = self.until_answer()
            if part is None or not last.startswith(b"+"):
                break
            self.say(part)
        return self.take()

    def until_answer(self) -> bytes:
        """Read to the tagged answer or "+"; the end of the connection is an answer too."""
        while True:
            data = self._next()
            if not data.startswith(b"* "):
                return data

    def until(self, word: str) -> list[bytes]:
        """Read until a response holds a word."""
        while word.encode() not in self._next():
            pass
        return self.take()

    def take(self) -> list[bytes]:
        """Give what has come, and forget it."""
        found, self.collected = self.collected, []
        return found

    def _next(self) -> bytes:
        try:
            data = response(self._stream)
        except (Closed, ConnectionError):
            data = b"closed"
        self.collected.append(data)
        return data


class Imap:
    """Holds the dialogue of one section with one server."""

    def __init__(self, server: Server, section: Section) -> None:
        self._server = server
        self._section = section
        self._connections: dict[str, Connection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for connection in self._connections.values():
            connection.close()

    def hold(self, step: Step) -> list[bytes]:
        """Do one step; give the responses."""
        connection = self._connection(step.connection)
        if step.kind == ":":
            return connection.command(pieces(step.text, self._section.user))
        if step.kind == "?":
            return connection.until(step.text)
        connection.say(filled(step.text, self._section.user).encode() + b"\r\n")
        connection.until_answer()
        return connection.take()

    def _connection(self, name: str) -> Connection:
        if name not in self._connections:
            made = self._connections[name] = Connection(self._server.imap)
            if name == "N":
                return made
            made.take()
            answer = made.command([f'LOGIN "{self._section.user}" secret\r\n'.encode()])
            assert condition_of(answer[-1]).startswith("OK"), answer
        return self._connections[name]


def condition_of(data: bytes) -> str:
    """Give the tagged answer's condition and code."""
    kind, _, rest = data.partition(b" ")[2].partition(b" ")
    return condition(kind.decode("latin-1"), rest)
