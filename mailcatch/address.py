"""Addresses: the paths of SMTP, and the key by which addresses are compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Key:
    """What exact search compares: the address case-folded, its domain as an A-label; `domain` is "" if it has none."""

    key: str
    domain: str


@lru_cache(maxsize=4096)
def key_of(address: str) -> Key:
    """Return the key of an address; never raises, what is no address is only case-folded."""
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return Key(domain.casefold(), "")
    domain = _a_label(domain.rstrip(".").casefold())
    return Key(f"{local.casefold()}@{domain}", domain)


def _a_label(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


class BadPath(ValueError):
    """What stands where SMTP wants a path is none; the text says why."""


def split_path(text: str) -> tuple[str, str]:
    """Return the address of a path and what follows it: `<a@b> SIZE=1` → ("a@b", "SIZE=1").

    RFC 5321 §4.1.2, tolerant: brackets may be missing, a source route is dropped as §3.6.1 allows. The address is not
    judged further. Raises BadPath.
    """
    text = text.strip(" ")
    if not text.startswith("<"):
        address, _, rest = text.partition(" ")
        if not address or ">" in address:
            raise BadPath("the address is not in angle brackets")
        return address, rest.strip(" ")
    end = _closing(text)
    if end < 0:
        raise BadPath("the angle bracket is not closed")
    address, rest = text[1:end], text[end + 1 :]
    if rest and not rest.startswith(" "):
        raise BadPath("a blank must follow the address")
    if address.startswith("@") and ":" in address:
        address = address.partition(":")[2]
    return address, rest.strip(" ")


def is_clean(address: str) -> bool:
    """Tell whether an address is free of control characters and of what cannot be UTF-8."""
    return not any(
        character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character < "\ue000" for character in address
    )


def _closing(text: str) -> int:
    """Return where the bracket closes: one inside a quoted local part does not."""
    if '"' not in text:
        return text.find(">")
    quoted = escaped = False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif character == ">" and not quoted:
            return position
    return -1
