"""A client of POP3 without opinions (RFC 1939), and the one form for what two servers say to it."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from typing import Self

from tests.judges.imap_talk import PATIENCE
from tests.judges.normal import REASONS, shown_bytes
from tests.judges.script import Section, Step, filled
from tests.judges.servers import Server

MULTI_LINE = frozenset({"RETR", "TOP", "CAPA"})
MULTI_LINE_ALONE = frozenset({"LIST", "UIDL"})
"""Many lines without an argument, one with."""


class Connection:
    """One connection."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=PATIENCE)
        self._stream = self._socket.makefile("rb")
        self.greeting = self._stream.readline()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Send bytes; that the server has gone is seen when its answer is read."""
        with suppress(ConnectionError):
            self._socket.sendall(data)

    def ask(self, command: str) -> list[bytes]:
        """Say a command; give its answer, all lines, without the final dot."""
        self.say(command.encode() + b"\r\n")
        first = self._line() or b"closed"
        word, _, argument = command.partition(" ")
        many = word.upper() in MULTI_LINE or (word.upper() in MULTI_LINE_ALONE and not argument.strip())
        return [first, *(self.rest() if many and first.startswith(b"+OK") else ())]

    def _line(self) -> bytes:
        try:
            return self._stream.readline()
        except ConnectionError:
            return b""

    def rest(self) -> list[bytes]:
        """Read lines to the final dot."""
        found: list[bytes] = []
        while (line := self._line()) not in (b".\r\n", b""):
            found.append(line)
        return found


class Pop3:
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
        """Do one step; give the lines of the answer, after the command's word."""
        connection = self._connection(step.connection)
        text = filled(step.text, self._section.user)
        return [text.partition(" ")[0].upper().encode(), *connection.ask(text)]

    def _connection(self, name: str) -> Connection:
        if name not in self._connections:
            made = self._connections[name] = Connection(self._server.pop3)
            if not name.startswith("N"):
                for command in (f"USER {self._section.user}", "PASS secret"):
                    assert made.ask(command)[0].startswith(b"+OK"), command
        return self._connections[name]


def lines(said: list[bytes]) -> list[str]:
    """Put an answer into one form: words are kept where RFC 1939 gives them a meaning."""
    word, first, *more = said
    status = _status(word.decode(), first.decode("utf-8", "replace").strip())
    if word == b"CAPA":
        return [status]
    if word == b"UIDL":
        return [status, *(line.split()[0].decode() + " #" for line in more)]
    if word in (b"RETR", b"TOP"):
        return [status, *map(shown_bytes, more)]
    return [status, *(line.decode("latin-1").strip() for line in more)]


def _status(word: str, first: str) -> str:
    kind, _, text = first.partition(" ")
    code = re.match(r"\[([A-Z/-]+)\]", text)
    if code and code[1] not in REASONS:
        return f"{kind} [{code[1]}]"
    if kind != "+OK":
        return kind
    numbers = re.match(r"[\d ]+", text) if word in ("STAT", "LIST") else None
    if word == "UIDL" and text[:1].isdigit():
        return f"{kind} {text.split()[0]} #"
    return (
        f"{kind} {numbers[0].strip()}"
        if (numbers and word == "STAT") or (numbers and " " in numbers[0].strip())
        else kind
    )
