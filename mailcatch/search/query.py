"""The AST of a query: one, however it was spelt. Values are folded and normalised already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

TextField = Literal["subject", "people", "body"]
State = Literal["read", "pinned", "binned"]
Moment = Literal["received_at", "sent_at"]


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all."""


@dataclass(frozen=True, slots=True)
class And:
    """All of them match."""

    terms: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them matches."""

    terms: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not match."""

    term: Query


@dataclass(frozen=True, slots=True)
class Words:
    """Words in this order, side by side in subject, people or body; with `prefix` the last may be a beginning."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Contains:
    """The folded text of a field contains `text`."""

    field: TextField
    text: str


@dataclass(frozen=True, slots=True)
class AddressIs:
    """An address in one of the roles equals `key`, or its domain equals `domain`, or it matches the glob."""

    roles: tuple[str, ...]
    key: str | None = None
    domain: str | None = None
    glob: str | None = None
    name: str | None = None  # no address at all: contained in an address of the role


@dataclass(frozen=True, slots=True)
class Is:
    """A state of the message."""

    state: State
    value: bool = True


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """It has at least one attachment."""


@dataclass(frozen=True, slots=True)
class Compares:
    """A number lies below or from `value` on: size in bytes, received_at in milliseconds since 1970."""

    field: Literal["size", "received_at"]
    operator: Literal["<", ">="]
    value: int


@dataclass(frozen=True, slots=True)
class Named:
    """It carries a tag, lies in an inbox, has this id or Message-ID."""

    field: Literal["tag", "inbox", "id", "message_id"]
    value: str


Query: TypeAlias = Everything | And | Or | Not | Words | Contains | AddressIs | Is | HasAttachment | Compares | Named
