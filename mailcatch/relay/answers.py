"""What DNS says, as the pure parts of the relay take it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Status = Literal["ok", "empty", "nxdomain", "failed"]
"""`empty`: the name is there, but has no such record. `failed`: nothing is known, so it must be asked again."""


class Mx(Struct, frozen=True, order=True):
    """One MX record; the name is an A-label without its final dot, "" for the root (RFC 7505)."""

    preference: int
    name: str


class Answer(Struct, frozen=True):
    """The answer to one question. `aliases` is the chain of CNAMEs that was followed; `error` says why it failed."""

    name: str
    status: Status
    mx: tuple[Mx, ...] = ()
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    error: str | None = None
