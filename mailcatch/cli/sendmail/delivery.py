"""Handing a message to the sink, over SMTP: on a bare socket, for smtplib alone takes longer than the mail."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mailcatch.cli.sendmail.codes import DATA, IO_ERROR, TRY_AGAIN, Failed, code_of_reply

TIMEOUT = 60.0
"""Seconds that a reply may take."""

_MOST = 65_536  # octets of one reply line


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, its lines joined by blanks."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def connect(host: str, port: int) -> socket.socket:
    """Connect. Raises Failed (75) where nobody answers: a sendmail with a queue would try again too."""
    try:
        return socket.create_connection((host, port), TIMEOUT)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Failed(
            TRY_AGAIN, f"no SMTP at {host}:{port} ({reason}); is mailcatch running there? -S says where"
        ) from error


class Delivery:
    """One connection, for one message."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = connect(host, port)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> list[tuple[str, Reply]]:
        """Send it; return those who were refused. Raises Failed if nobody gets it."""
        self._must(220, self._reply())
        offered = self._must(250, self._ask("EHLO localhost")).text.upper().split()
        self._must(250, self._ask(f"MAIL FROM:<{sender}>{_parameters(sender, recipients, raw, offered)}"))
        replies = [(each, self._ask(f"RCPT TO:<{each}>")) for each in recipients]
        refused = [(each, reply) for each, reply in replies if reply.code not in {250, 251}]
        if len(refused) == len(recipients):
            address, reply = refused[0]
            self._ask("QUIT")
            raise Failed(code_of_reply(reply.code, reply.text, recipient=True), f"{address}: {reply}")
        self._must(354, self._ask("DATA"))
        self._write(stuffed(raw) + b".\r\n")
        self._must(250, self._reply())
        self._ask("QUIT")  # the reply says that the dialogue is whole, too
        return refused

    def _ask(self, line: str) -> Reply:
        self._write(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return self._reply()

    def _must(self, code: int, reply: Reply) -> Reply:
        if reply.code != code:
            raise Failed(code_of_reply(reply.code, reply.text), f"refused: {reply}")
        return reply

    def _write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return  # why it was closed may still be read
        except OSError as error:
            raise Failed(IO_ERROR, f"the connection broke off: {error.strerror or error}") from error

    def _reply(self) -> Reply:
        """Read a reply (RFC 5321 §4.2.1). Raises Failed (74)."""
        texts = []
        while True:
            try:
                line = self._file.readline(_MOST)
            except OSError as error:
                raise Failed(IO_ERROR, f"the connection broke off: {error.strerror or error}") from error
            if not line[:3].isdigit() or not line.endswith(b"\n"):
                raise Failed(IO_ERROR, f"that is no SMTP server: {line[:80].decode('latin-1')!r}" if line else _EARLY)
            texts.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return Reply(int(line[:3]), " ".join(texts))


_EARLY = "the server closed the connection without a reply"


def stuffed(raw: bytes) -> bytes:
    """Double the dot at each line's beginning (RFC 5321 §4.5.2); the lines end in CRLF already."""
    return (b"." if raw.startswith(b".") else b"") + raw.replace(b"\r\n.", b"\r\n..")


def _parameters(sender: str, recipients: Sequence[str], raw: bytes, offered: Sequence[str]) -> str:
    """Return what must be said of 8-bit mail and of addresses in UTF-8 (RFC 6152, RFC 6531).

    Raises Failed (65) where such an address cannot be sent.
    """
    given = ""
    if not raw.isascii() and "8BITMIME" in offered:
        given += " BODY=8BITMIME"
    if not (sender + "".join(recipients)).isascii():
        if "SMTPUTF8" not in offered:
            raise Failed(DATA, "the server takes no addresses in UTF-8 (SMTPUTF8)")
        given += " SMTPUTF8"
    elif "SMTPUTF8" in offered and _is_utf8_header(raw.partition(b"\r\n\r\n")[0]):
        given += " SMTPUTF8"
    return given


def _is_utf8_header(header: bytes) -> bool:
    if header.isascii():
        return False
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
