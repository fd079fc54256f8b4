"""Structured fields of MIME: a token and its parameters (RFC 2045 §5.1, RFC 2231), tolerant and linear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mailcatch.mime.charset import decode_bytes
from mailcatch.mime.headers import unfolded

_TOKEN = re.compile(r"[^\s;,()\"]*+")
_PARAM = re.compile(r';\s*+([^\s=;"(]++)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"?+|([^;]*+))', re.DOTALL)
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_REMEMBERED = 120
"""Octets of the longest value that is remembered: `text/plain; charset=utf-8` comes with every other part."""


class Structured(NamedTuple):
    """A token in lower case, and its parameters by name in lower case, the first of two with one name."""

    token: str
    params: Mapping[str, str]


_NOTHING = Structured("", MappingProxyType({}))


def parse_params(value: bytes | None) -> Structured:
    """Read a raw value; an absent one has no token and no parameters."""
    if value is None:
        return _NOTHING
    return _remembered(value) if len(value) <= _REMEMBERED else _parsed(unfolded(value))


def boundary_of(value: bytes) -> bytes:
    """Return the boundary of a multipart's Content-Type as it stands in the body, b"" if there is none."""
    if value.isascii():
        return parse_params(value).params.get("boundary", "").rstrip().encode("utf-8", "replace")
    text = _parsed(unfolded(value.decode("latin-1").encode("utf-8"))).params.get("boundary", "").rstrip()
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:  # it came as an extended parameter
        return text.encode("utf-8", "replace")


@lru_cache(maxsize=512)
def _remembered(value: bytes) -> Structured:
    return _parsed(unfolded(value))


def _parsed(text: str) -> Structured:
    head = _TOKEN.match(text)
    token = head[0] if head else ""
    rest = text[len(token) :]
    if "=" not in rest:
        return Structured(token.lower(), _NOTHING.params)
    if not rest.lstrip().startswith(";"):
        rest = ";" + rest  # `text/html charset=utf-8`: every reader knows what is meant
    params: dict[str, str] = {}
    for name, quoted, bare in _PARAM.findall(rest):
        params.setdefault(name.lower(), _QUOTED_PAIR.sub(r"\1", quoted) if quoted else bare.strip())
    if any("*" in name for name in params):
        params = _joined(params)
    return Structured(token.lower(), MappingProxyType(params))


def _joined(params: dict[str, str]) -> dict[str, str]:
    """Put continued and extended parameters together: `name*0*=utf-8''a; name*1=b` (RFC 2231 §3, §4)."""
    joined = {name: value for name, value in params.items() if "*" not in name}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, value in params.items():
        base, star, rest = name.partition("*")
        number = rest.rstrip("*")
        if star and (not number or (number.isascii() and number.isdecimal() and len(number) < 6)):
            pieces.setdefault(base, []).append((int(number or 0), name.endswith("*"), value))
    for base, found in pieces.items():
        joined[base] = _one_value(sorted(found, key=lambda piece: piece[0]))
    return joined


def _one_value(pieces: list[tuple[int, bool, str]]) -> str:
    charset, octets = "utf-8", []
    for index, (_, extended, value) in enumerate(pieces):
        text = value
        if extended and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data = text.encode("utf-8", "replace")
        octets.append(unquote_to_bytes(data) if extended else data)
    return decode_bytes(b"".join(octets), charset)
