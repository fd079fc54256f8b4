r"""Reading what an IMAP server says, with nothing of ours: atoms, strings, literals and lists (RFC 3501 §9).

A response is read from a stream with its literals, then cut into values:

    * 1 FETCH (FLAGS (\Seen) BODY[] {5}…)  →  [Atom('*'), Atom('1'), Atom('FETCH'), [Atom('FLAGS'), …]]
"""

from __future__ import annotations

import re
from typing import IO, TypeAlias

Value: TypeAlias = "Atom | Text | list[Value] | None"

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class Closed(Exception):
    """The server ended the connection."""


class Malformed(Exception):
    """The server said something that is not IMAP."""


class Atom(str):
    """A word without quotes, `BODY[HEADER.FIELDS (To)]<0>` and `[UIDNEXT 4]` too; 8-bit bytes as Latin-1."""

    __slots__ = ()


class Text(bytes):
    """What a string holds, quoted or literal."""

    __slots__ = ()


def response(stream: IO[bytes]) -> bytes:
    """Read one response with its literals, without the last CRLF. Raises Closed and Malformed."""
    whole = b""
    while True:
        line = stream.readline()
        if not line:
            raise Closed
        if not line.endswith(b"\r\n"):
            raise Malformed(f"a line without CRLF: {line[-200:]!r}")
        whole += line
        match = _LITERAL.search(line)
        if match is None:
            return whole[:-2]
        data = stream.read(int(match[1]))
        if len(data) < int(match[1]):
            raise Closed
        whole += data


class Scanner:
    """A response and how far it is read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def values(self, end: bytes = b"") -> list[Value]:
        """Read values up to `end`, which is passed over. Raises Malformed."""
        found: list[Value] = []
        while self.at < len(self.data):
            byte = self.data[self.at : self.at + 1]
            if end and byte == end:
                self.at += 1
                return found
            if byte == b" ":
                self.at += 1
            else:
                found.append(self._value(byte))
        if end:
            raise Malformed(f"no {end!r} in {self.data[:200]!r}")
        return found

    def _value(self, byte: bytes) -> Value:
        if byte == b"(":
            self.at += 1
            return self.values(b")")
        if byte == b'"':
            return self._quoted()
        match = re.compile(rb"\{(\d+)\}\r\n").match(self.data, self.at)
        if match:
            self.at = match.end() + int(match[1])
            return Text(self.data[match.end() : self.at])
        return self._atom()

    def _quoted(self) -> Text:
        match = re.compile(rb'"((?:[^"\\\r\n]|\\["\\])*)"').match(self.data, self.at)
        if match is None:
            raise Malformed(f"a bad quoted string at {self.at} of {self.data[:200]!r}")
        self.at = match.end()
        return Text(re.sub(rb"\\(.)", rb"\1", match[1]))

    def _atom(self) -> Atom | None:
        start, depth = self.at, 0
        while self.at < len(self.data):
            byte = self.data[self.at : self.at + 1]
            depth += (byte == b"[") - (byte == b"]" and depth > 0)
            if depth == 0 and byte in b' ()"':
                break
            if byte == b'"':
                self._quoted()
            else:
                self.at += 1
        if self.at == start:
            raise Malformed(f"{self.data[start : start + 20]!r} at {start} of {self.data[:200]!r}")
        word = self.data[start : self.at].decode("latin-1")
        return None if word.upper() == "NIL" else Atom(word)


def values(data: bytes) -> list[Value]:
    """Cut a response into its values. Raises Malformed."""
    return Scanner(data).values()
