"""An SMTP client that changes nothing: it stuffs dots by RFC 5321 §4.5.2 and otherwise sends the bytes as they are.

smtplib rewrites line ends of text and stuffs dots after a bare LF too; for byte-exactness the sender must not have
opinions.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Self


class Refused(AssertionError):
    """The server's reply was not the one expected."""


def stuffed(raw: bytes) -> bytes:
    """Double each dot at the start of a line, where only CRLF ends a line (RFC 5321 §4.5.2)."""
    body = raw.replace(b"\r\n.", b"\r\n..")
    return b"." + body if body.startswith(b".") else body


def as_sent(raw: bytes) -> bytes:
    """Give the message that a server receives for `raw`: DATA always ends with CRLF (RFC 5321 §4.1.1.4)."""
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


class Wire:
    """One SMTP connection."""

    def __init__(self, address: tuple[str, int], *, timeout: float = 60.0) -> None:
        self._socket = socket.create_connection(address, timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self.expect(b"220")
        self.command(b"EHLO client.example", b"250")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            if raised[0] is None:
                self.command(b"QUIT", b"221")
        finally:
            self._file.close()
            self._socket.close()

    def expect(self, code: bytes) -> bytes:
        """Read one reply, of however many lines, and give its last."""
        while True:
            line = self._file.readline()
            if not line.startswith(code):
                raise Refused(f"expected {code.decode()}, got {line!r}")
            if line[3:4] != b"-":
                return line.rstrip(b"\r\n")

    def command(self, line: bytes, code: bytes) -> bytes:
        """Send one line and give the reply's last line."""
        self._socket.sendall(line + b"\r\n")
        return self.expect(code)

    def send(self, raw: bytes, *, sender: str = "app@client.example", to: Sequence[str] = ("dev@box.example",)) -> str:
        """Send one message in a pipelined transaction (RFC 2920) and give the id it was queued as."""
        words = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{address}>" for address in to), "DATA"]
        self._socket.sendall("".join(f"{word}\r\n" for word in words).encode())
        for _ in words[:-1]:
            self.expect(b"250")
        self.expect(b"354")
        self._socket.sendall(stuffed(as_sent(raw)) + b".\r\n")
        return self.expect(b"250").rsplit(b" ", 1)[1].decode()
