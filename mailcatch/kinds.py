"""Kinds of values that an option can have: how each is read from text, and shown so that it reads back equal.

What `read` raises is a ValueError with what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

KiB, MiB, GiB = 1 << 10, 1 << 20, 1 << 30
TEMPORARY = ":temp:"
NOTHING = frozenset({"off", "none", "0"})

_UNITS = {"": 1, "k": KiB, "m": MiB, "g": GiB, "t": GiB * KiB}
_DECIMAL = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
# Not compiled before they are needed: most starts read one of them.
_SIZE = r"(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?b)?|b)?"
_DURATION = r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+"
_DURATION_PART = r"(\d+(?:\.\d+)?)(ms|[smhdw])"
_BIND = r"(?:(\[[0-9A-Fa-f:.%a-z]+\]|[^\s:\[\]]+):)?(\d{1,5})"
_DOMAIN = r"\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Za-z.:]+\]"
_HOST = r"[^\s:/\[\]]+|\[?[0-9A-Fa-f:.]+(?:%\w+)?\]?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bind:
    """Where to listen: `host` None is the `--host` option; port 0 is any free port, the same on each address."""

    host: str | None
    port: int

    def __str__(self) -> str:
        if self.host is None:
            return str(self.port)
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of value: `read` raises ValueError with what would be right; `show` gives text that reads back equal."""

    metavar: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    flag: bool = False
    repeatable: bool = False  # a tuple; each of its values is read and shown alone
    choices: tuple[str, ...] = ()


def read_size(text: str) -> int:
    """Return bytes: `50MiB`, `50M` (both 2^20), `50MB` (10^6), a bare number. Raises ValueError."""
    match = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError("give a size: 50MiB, 2GB, or a number of bytes")
    unit, binary = (match[2] or "").lower(), (match[3] or "").lower()
    factor = _DECIMAL[unit] if binary == "b" and unit else _UNITS[unit]
    return round(float(match[1]) * factor) if "." in match[1] else int(match[1]) * factor


def show_size(value: int) -> str:
    """Return the shortest exact spelling: 52428800 is `50MiB`."""
    for factor, unit in ((GiB, "GiB"), (MiB, "MiB"), (KiB, "KiB")):
        if value and value % factor == 0:
            return f"{value // factor}{unit}"
    return str(value)


def read_duration(text: str) -> float:
    """Return seconds: `300ms 30s 10m 2h 7d 1h30m`, a bare number is seconds. Raises ValueError."""
    bare = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        return float(bare)
    if not re.fullmatch(_DURATION, bare):
        raise ValueError("give a duration: 300ms, 30s, 10m, 7d, or a number of seconds")
    return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_DURATION_PART, bare))


def show_duration(value: float) -> str:
    """Return the shortest spelling, exact to the nanosecond: 604800.0 is `7d`, 0.3 is `300ms`."""
    for unit in ("d", "h", "m"):
        if value and value % _SECONDS[unit] == 0:
            return f"{value / _SECONDS[unit]:.0f}{unit}"
    if value != int(value):
        return f"{value * 1000:.6f}".rstrip("0").rstrip(".") + "ms"
    return f"{value:.0f}s"


def read_bind(text: str) -> Bind:
    """Return a listener of `[HOST:]PORT`. Raises ValueError."""
    match = re.fullmatch(_BIND, text.strip())
    if match is None or int(match[2]) > 65535:
        raise ValueError("give a port from 0 to 65535, HOST:PORT, [IPv6]:PORT, or off")
    host = match[1].strip("[]") if match[1] else None
    return Bind(host, int(match[2]))


def _read_listener(text: str) -> Bind | None:
    return None if text.strip().lower() == "off" else read_bind(text)


def _read_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text.strip()):
        raise ValueError("give a whole number")
    return int(text)


def _positive(read: Callable[[str], T]) -> Callable[[str], T]:
    def positive(text: str) -> T:
        value = read(text)
        if not value:
            raise ValueError("give more than 0")
        return value

    return positive


def or_none(kind: Kind) -> Kind:
    """Return `kind` for a limit: none, off and 0 mean that there is no limit."""

    def read(text: str) -> object:
        if text.strip().lower() in NOTHING:
            return None
        try:
            return kind.read(text) or None
        except ValueError as error:
            raise ValueError(f"{error}; none for no limit") from None

    return Kind(kind.metavar, read, lambda value: "none" if value is None else kind.show(value))


def _read_host(text: str) -> str:
    host = text.strip()
    if not re.fullmatch(_HOST, host):
        raise ValueError("give an address, localhost, or any; a port belongs to --smtp or --http")
    return host.strip("[]")


def _read_name(text: str) -> str:
    if not re.fullmatch(r"\.?[\w-]+(\.[\w-]+)*", text.strip()):
        raise ValueError("give a host name without a port; a leading dot takes its subdomains too")
    return text.strip().lower()


def _read_domain(text: str) -> str:
    domain = text.strip()
    if not re.fullmatch(_DOMAIN, domain) or len(domain) > 255:
        raise ValueError("give a domain, as shop.example; a leading dot takes its subdomains; or [192.0.2.1]")
    return domain.lower()


def _read_catch(text: str) -> str:
    domain = _read_domain(text)
    if domain.startswith((".", "[")):
        raise ValueError("give a domain under which inboxes have theirs, as mailcatch.example")
    return domain.removesuffix(".")


def _read_users(text: str) -> Path | str:
    """Return a list as text, or the path of a file: a list has @ in it, and no slash before that."""
    local, at, _ = text.strip().partition("@")
    if not at or "/" in local or "\\" in local:
        return _read_path(text)
    return ",".join(each.strip() for each in text.split(",") if each.strip())


def _read_webroot(text: str) -> str:
    root = text.strip().rstrip("/")
    if root and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", root):
        raise ValueError("give a path like /mail")
    return root


def _read_path(text: str) -> Path:
    if not text.strip():
        raise ValueError("give a path")
    return Path(text).expanduser().absolute()


def _read_database(text: str) -> Path | None:
    return None if text.strip() == TEMPORARY else _read_path(text)


def _read_text(text: str) -> str:
    if not text.strip():
        raise ValueError("give a text")
    return text.strip()


def _read_rule(text: str) -> str:
    rule = text.strip()
    if not re.fullmatch(r"\*\.\S+|[^@\s]*@[^@\s]+|\"[^\"]*\"@\S+", rule):
        raise ValueError("give an address, @example.com, or *.example.com for every domain below it")
    return rule


def _read_mailbox(text: str) -> str:
    if not re.fullmatch(r"\S+@\S+", text.strip()):
        raise ValueError("give one address")
    return text.strip()


def _read_ip(text: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(text.strip().strip("[]")))
    except ValueError:
        raise ValueError("give an IP address") from None


def _read_network(text: str) -> str:
    from ipaddress import ip_network

    try:
        return str(ip_network(text.strip()))
    except ValueError:
        raise ValueError("give a network as 127.0.0.0/8, or an address") from None


def _read_port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text.strip()) or not 0 < int(text) < 65536:
        raise ValueError("give a port from 1 to 65535")
    return int(text)


def _show_optional(value: object) -> str:
    return "" if value is None else str(value)


def one_of(*choices: str) -> Kind:
    """Return the kind of a value that is one of some words."""

    def read(text: str) -> str:
        if text.strip().lower() not in choices:
            raise ValueError(f"give one of {', '.join(choices)}")
        return text.strip().lower()

    return Kind("|".join(choices), read, _show_optional, choices=choices)


SIZE = Kind("SIZE", _positive(read_size), show_size)
RATE = Kind("SIZE", read_size, show_size)
DURATION = Kind("DURATION", _positive(read_duration), show_duration)
NUMBER = Kind("N", _read_count)
COUNT = Kind("N", _positive(_read_count))
FLAG = Kind("", str, lambda value: "on" if value else "off", flag=True)
LISTENERS = Kind("[HOST:]PORT|off", _read_listener, repeatable=True)
HOST = Kind("ADDR", _read_host)
HOSTS = Kind("NAME", _read_name, repeatable=True)
CATCH = Kind("NAME", _read_catch)
DOMAINS = Kind("DOMAIN", _read_domain, repeatable=True)
USERS = Kind("FILE|LIST", _read_users, _show_optional)
PATH = Kind("PATH", _read_path, _show_optional)
FILE = Kind("FILE", _read_path, _show_optional)
FOLDER = Kind("DIR", _read_path, _show_optional)
DATABASE = Kind("PATH|:temp:", _read_database, lambda value: TEMPORARY if value is None else str(value))
WEBROOT = Kind("PATH", _read_webroot)
LEVEL = one_of("debug", "info", "warning", "error")
FORMAT = one_of("text", "json")
TEXT = Kind("TEXT", _read_text, _show_optional)
SERVER = Kind("NAME", _read_host, _show_optional)
RULES = Kind("RULE", _read_rule, repeatable=True)
MAILBOX = Kind("ADDRESS", _read_mailbox, _show_optional)
IP = Kind("ADDR", _read_ip, _show_optional)
IPS = Kind("ADDR", _read_ip, repeatable=True)
NETWORKS = Kind("NETWORK", _read_network, repeatable=True)
PORT = Kind("PORT", _read_port)
