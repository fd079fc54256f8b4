"""Which recipients the SMTP door takes: the users of local domains, and what relay takes of the others.

By default a sink takes mail for everyone. With `--users` or `--local-domain` it behaves as a receiving server does, in
the step of a mail's way in which domain and user are recognised (RFC 5321 §3.6, §4.5.1, §7.9).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from mailcatch.address import is_clean, key_of
from mailcatch.config import RecipientsSection
from mailcatch.errors import ConfigError, Rejected
from mailcatch.model import Route

_POSTMASTER = "postmaster"  # always there, also without a domain (RFC 5321 §4.5.1)
_SHOWN = 120  # characters of an address in a reply
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_SEVERAL = re.compile(r"[\s<>,;]")  # what one bare address has not
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


class Placed(Struct, frozen=True):
    """Where a recipient's mail goes, and the rule that says so, for people."""

    route: Route
    rule: str | None = None


class Relay(Protocol):
    """What relay says of an address that is not local; called in the event loop for each RCPT, so it is quick."""

    def __call__(self, sender: str, address: str) -> Placed:
        """Return the route: `relay` it goes on by itself, `none` if somebody releases it, `blocked` never."""


class Users(Struct, frozen=True):
    """Those of `--users`, by the keys of their addresses."""

    keys: frozenset[str]
    locals: frozenset[str]  # of the keys, without the domain
    domains: frozenset[str]


class Recipients:
    """Decides on each recipient, for the SMTP door. Raises ConfigError for users that cannot be read.

    `relay` is asked about addresses that are not local; without it nothing is relayed.
    """

    def __init__(self, section: RecipientsSection, relay: Relay | None = None) -> None:
        self._section = section
        self._relay = relay
        self._given = tuple(domain_key(each) for each in section.domains)
        self._users: Users | None = None
        self._domains = frozenset[str]()
        self.reload()

    @property
    def place(self) -> Callable[[str, str, str | None], Placed] | None:
        """How a recipient is placed; None where everyone is taken and nothing relayed."""
        return self._place if self._checks or self._relay is not None else None

    @property
    def domains(self) -> frozenset[str]:
        """The local domains as A-labels, whose mail is never relayed; a leading dot means what is below it too."""
        return self._domains

    @property
    def _checks(self) -> bool:
        return bool(self._given) or self._section.users is not None

    def reload(self) -> None:
        """Read the users again. Raises ConfigError; then they stay as they were."""
        users = None if self._section.users is None else read_users(self._section.users, self._is_given)
        self._users = users
        self._domains = frozenset(self._given) if self._given else (users.domains if users else frozenset())

    def _place(self, address: str, sender: str, listener: str | None) -> Placed:
        """Place a recipient of a mail that comes in at `listener` (host:port). Raises Rejected: 550 5.1.1 or 5.7.1."""
        key, domain = parts_of(address)
        own = bool(domain) and domain == _own_literal(listener)
        if self._checks and (not domain or own or self._is_local(domain)):
            return self._local(address, key, domain, anywhere=own or not domain)
        placed = Placed("none") if self._relay is None else self._relay(sender, address)
        if self._checks and (self._relay is None or placed.route == "blocked"):
            why = "relay is off" if self._relay is None else placed.rule or "relay does not take it"
            raise Rejected(550, "5.7.1", f"<{_shown(address)}>: {_shown(domain)} is no local domain here, and {why}")
        return placed

    def _local(self, address: str, key: str, domain: str, *, anywhere: bool) -> Placed:
        local = key.removesuffix(f"@{domain}") if domain else key
        users = self._users
        if users is None or local == _POSTMASTER or _is_user(users, key, local, anywhere=anywhere):
            return Placed("local", f"local domain {domain}" if domain else "no domain: local")
        raise Rejected(550, "5.1.1", f"<{_shown(address)}>: no such user here (--users)")

    def _is_local(self, domain: str) -> bool:
        return is_within(domain, self._domains)

    def _is_given(self, domain: str) -> bool:
        return not self._given or is_within(domain, frozenset(self._given))


def _is_user(users: Users, key: str, local: str, *, anywhere: bool) -> bool:
    """Tell whether an address is a user's, as it is or without its tag (`bob+tag`, RFC 5233)."""
    base = local.partition("+")[0]
    if anywhere:  # an address of ours, or none: whatever the domain, it is this server
        return local in users.locals or base in users.locals
    return key in users.keys or base + key[len(local) :] in users.keys


def is_within(domain: str, domains: frozenset[str]) -> bool:
    """Tell whether a domain is one of them, or below one that is given with a leading dot."""
    if domain in domains:
        return True
    labels = domain.split(".")
    return any("." + ".".join(labels[start:]) in domains for start in range(len(labels)))


def parts_of(address: str) -> tuple[str, str]:
    """Return (key, domain) by which recipients are compared; address literals have one spelling each."""
    found = key_of(address)
    domain = domain_key(found.domain)
    return (found.key if domain == found.domain else found.key[: -len(found.domain)] + domain), domain


def domain_key(domain: str) -> str:
    """Return a domain as it is compared: an A-label in lower case, an address literal as the address it names."""
    if domain.startswith("["):
        try:
            return _literal(domain)
        except ValueError:
            return domain.lower()
    leading = "." if domain.startswith(".") else ""
    return leading + key_of(f"x@{domain.removeprefix('.')}").domain


def _literal(text: str) -> str:
    """Return `[IPv6:::1]` and `[::1]` alike as `[::1]`. Raises ValueError."""
    inner = text.strip("[]")
    address = ipaddress.ip_address(inner[5:] if inner[:5].lower() == "ipv6:" else inner)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return f"[{mapped or address}]"


def _own_literal(listener: str | None) -> str:
    host = (listener or "").rpartition(":")[0]
    try:
        return _literal(host)
    except ValueError:
        return ""


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def read_users(source: Path | str, is_local: Callable[[str], bool]) -> Users:
    """Return the users of a file, or of a list with commas. Raises ConfigError, which names the line."""
    if isinstance(source, str):
        entries = [(f"--users: {entry.strip()!r}", entry.strip()) for entry in source.split(",") if entry.strip()]
    else:
        entries = list(_lines(source))
    found = [_user(place, entry, is_local) for place, entry in entries]
    if not found:
        raise ConfigError(f"--users: {source} names no user; one address a line, as bob@shop.example")
    keys = frozenset(key for key, _ in found)
    return Users(keys, frozenset(key.removesuffix(f"@{domain}") for key, domain in found),
                 frozenset(domain for _, domain in found))  # fmt: skip


def _lines(path: Path) -> Iterable[tuple[str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ConfigError(f"--users: {path} cannot be read: {reason}") from error
    for number, line in enumerate(text.split("\n"), 1):
        entry = _COMMENT.sub("", line).strip(" \t\r")
        if entry:
            yield f"--users: {path}, line {number}", entry


def _user(place: str, entry: str, is_local: Callable[[str], bool]) -> tuple[str, str]:
    key, domain = parts_of(entry)
    if not domain or key == f"@{domain}" or not is_clean(entry) or _SEVERAL.search(_QUOTED.sub("", entry)):
        raise ConfigError(f"{place}: it must be one address, as bob@shop.example")
    if not is_local(domain):
        raise ConfigError(f"{place}: {domain} is of no --local-domain, so nobody could write to it")
    return key, domain
