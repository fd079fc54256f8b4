"""What a conversation wants done next, and what comes of it: the words between `protocol` and whoever has the line."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from msgspec import Struct

from mailcatch.trace import Stage


class Lost(Exception):
    """The connection has ended, or nothing was heard in time. The text says which."""


class TlsFailed(Exception):
    """The handshake failed; the connection is of no use any more. The text says why."""


class Say(Struct, frozen=True):
    """Send lines at once; `shown` stands for them in the transcript where they are secret. Nothing is sent back."""

    lines: tuple[str, ...]
    shown: str | None = None


class Hear(Struct, frozen=True):
    """Wait for a reply, which is sent back; `stage` says how long."""

    stage: Stage


class Secure(Struct, frozen=True):
    """Shake hands for TLS; a `Secured` is sent back, or TlsFailed raised."""


class Secured(Struct, frozen=True):
    """What the handshake gave."""

    verified: bool
    why: str | None = None


class Body(Struct, frozen=True):
    """Send the message, dots stuffed, without its end. Nothing is sent back."""

    content: bytes


class Dot(Struct, frozen=True):
    """Note durably that the end is about to be sent, then send it. Nothing is sent back."""


class Fact(Struct, frozen=True):
    """Note a fact in the trace. Nothing is sent back."""

    kind: str
    data: dict[str, Any]


Act = Say | Hear | Secure | Body | Dot | Fact
Talk = Generator[Act, Any, Any]
