"""The pieces of a message, as the API gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any  # the server's JSON


class Address(str):
    """An address of a header field. The text is the address alone and compares with plain text; `name` goes with it."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, address: str, name: str = "") -> Address:
        """Return the address with its display name."""
        made = super().__new__(cls, address)
        made.name = name
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override] # str's own has the text alone
        """Copy and pickle it with its name."""
        return str(self), self.name


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `kind` is action, unsubscribe, view, mailto, tel, image or other, `source` where it stands."""

    url: str
    text: str
    kind: str
    host: str
    source: str

    def __str__(self) -> str:
        return f"[{self.kind}] {self.text!r} {self.url}"


@dataclass(frozen=True, slots=True)
class Code:
    """What may be a one-time code; `confidence` is 0 to 1, `why` its reasons."""

    value: str
    confidence: float
    why: tuple[str, ...]
    context: str

    def __str__(self) -> str:
        return f"{self.value} ({self.confidence:.2f}) in {self.context!r}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attached file; `number` is its IMAP part number, `size` its decoded octets."""

    number: str
    filename: str
    content_type: str
    size: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the HTML that a CSS selector found."""

    text: str
    attributes: Mapping[str, str]
    html: str


@dataclass(frozen=True, slots=True)
class Session:
    """One dialogue with a client; `transcript` is its lines, `C` of the client, `S` of the server, `*` a note."""

    id: str
    protocol: str
    peer: str | None
    helo: str | None
    auth_user: str | None
    accepted: int
    rejected: int
    outcome: str | None
    messages: tuple[str, ...]
    transcript: tuple[str, ...]


class Headers(Mapping[str, str]):
    """The header fields by name, case-insensitive; a name that occurs again gives the first, `all` gives each."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        if not values:
            raise KeyError(name)
        return values[0]

    def __iter__(self) -> Iterator[str]:
        return iter({name.lower(): name for name, _ in reversed(self._fields)}.values())

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._fields})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.all(name))

    def __repr__(self) -> str:
        return f"Headers({self._fields!r})"

    def all(self, name: str) -> tuple[str, ...]:
        """Return each value of a name, in the order of the mail."""
        return tuple(value for given, value in self._fields if given.lower() == name.lower())


def addresses(values: list[Mapping[str, Any]]) -> tuple[Address, ...]:
    """Return the addresses of a JSON list."""
    return tuple(Address(str(each["address"]), str(each.get("name") or "")) for each in values)


def link(value: Mapping[str, Any]) -> Link:
    """Return the link of a JSON object."""
    return Link(*(str(value.get(name) or "") for name in ("url", "text", "kind", "host", "source")))


def code(value: Mapping[str, Any]) -> Code:
    """Return the code of a JSON object."""
    why = tuple(str(each) for each in value.get("why", ()))
    return Code(str(value["value"]), float(value.get("confidence", 0)), why, str(value.get("context") or ""))
