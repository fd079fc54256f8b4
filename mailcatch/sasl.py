"""SASL, the server's side: what a client says of itself (RFC 4422), shared by the doors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator
from dataclasses import dataclass

MECHANISMS = ("PLAIN", "LOGIN")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client says it is; the password leaves this value for a comparison only."""

    user: str
    password: str


class SaslError(Exception):
    """The exchange cannot be read; the text says why."""


class SaslCancelled(Exception):
    """The client gave up with `*` (RFC 4954 §4)."""


Exchange = Generator[bytes, bytes, Credentials]
"""Yields challenges (not encoded), is sent responses (base64 as they came), returns the credentials."""


def exchange(mechanism: str, initial: bytes | None) -> Exchange:
    """Return the exchange of a mechanism of MECHANISMS; `initial` is the initial response, `=` an empty one."""
    return (_plain if mechanism == "PLAIN" else _login)(initial)


def _plain(initial: bytes | None) -> Exchange:
    """Do RFC 4616: one message of authorization identity, user and password, NUL between them."""
    message = _decode(initial if initial is not None else (yield b""))
    pieces = message.split(b"\0")
    if len(pieces) != 3:
        raise SaslError("PLAIN wants three strings with NUL between them")
    return Credentials(_text(pieces[1] or pieces[0]), _text(pieces[2]))


def _login(initial: bytes | None) -> Exchange:
    """Do LOGIN, which no RFC describes: user and password, each asked for."""
    user = _decode(initial if initial is not None else (yield b"Username:"))
    password = _decode((yield b"Password:"))
    return Credentials(_text(user), _text(password))


def encode(challenge: bytes) -> bytes:
    """Return a challenge as it goes over the line."""
    return base64.b64encode(challenge)


def _decode(response: bytes) -> bytes:
    if response == b"*":
        raise SaslCancelled
    if response == b"=":
        return b""
    try:
        return base64.b64decode(response, validate=True)
    except binascii.Error as error:
        raise SaslError("that is not base64") from error


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
