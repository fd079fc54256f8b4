"""Addresses: the paths of SMTP with their parameters, and the key by which addresses are compared.

The grammar is RFC 5321 §4.1.2 as a sink reads it: source routes, quoted local parts, address literals and UTF-8
(RFC 6531) are understood, and what a real server would refuse is taken as long as it is clear where it ends. Nothing
here judges whether an address is good; what a client said is kept as it said it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SUBDOMAIN = r"(?:\[[^\[\]]*\]|[^\s,:@<>\[\]\"]+)"
_ROUTE = re.compile(rf"@{_SUBDOMAIN}(?:,@{_SUBDOMAIN})*:")
_BARE = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s<>"])+', re.DOTALL)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\U0010ffff]*))?\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\Z', re.DOTALL)
_ATOMS = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(?:\.[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*\Z")  # dot-string
_UNCLEAN = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # the other full stops of RFC 3490 §3.1
_LONGEST_DOMAIN = 255  # octets, RFC 5321 §4.5.3.1.2; past it nothing is encoded
_LONGEST_CACHED = 320


@dataclass(frozen=True, slots=True)
class Key:
    """What exact search compares: the address case-folded, its domain as an A-label; `domain` is "" if it has none."""

    key: str
    domain: str


class BadPath(ValueError):
    """What stands where SMTP wants a path or a parameter is none; the text says why."""


def key_of(address: str) -> Key:
    """Return the key of an address; never raises, what is no address is only case-folded.

    Two spellings of one mailbox have one key: case, Unicode normalisation (NFC), quotes that need not be there
    (RFC 5321 §4.1.2), a domain as U-label or A-label, a final dot. Local parts are compared without case although
    RFC 5321 §2.4 lets them differ: no one who looks for mail means that.
    """
    return _key_of(address) if len(address) > _LONGEST_CACHED else _remembered(address)


def _key_of(address: str) -> Key:
    local, at, domain = _UNSTORABLE.sub("\ufffd", address).strip().rpartition("@")
    if not at:
        return Key(_folded(domain), "")
    domain = a_label(domain)
    return Key(f"{_folded(_unquoted(local))}@{domain}", domain)


_remembered = lru_cache(maxsize=4096)(_key_of)  # short ones only: a hostile header must not stay in memory


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _unquoted(local: str) -> str:
    """Return a quoted local part without its quotes, if it is one that can stand without them."""
    if (match := _QUOTED.match(local)) is None:
        return local
    content = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
    if _ATOMS.match(content):
        return content
    return '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'


def a_label(domain: str) -> str:
    """Return a domain case-folded, each label as an A-label (RFC 5890 §2.3.2.1); tolerant, so it never raises."""
    domain = _folded(domain)
    if not domain.isascii() and len(domain) <= _LONGEST_DOMAIN:
        domain = ".".join([_encoded(label) for label in _DOTS.sub(".", domain).split(".")])
    return domain.removesuffix(".")


def _encoded(label: str) -> str:
    if label.isascii():
        return label
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:  # a character that IDNA does not know yet, such as most emoji
        return "xn--" + label.encode("punycode").decode("ascii")


def split_path(text: str) -> tuple[str, str]:
    """Return the address of a path and what follows it: `<a@b> SIZE=1` → ("a@b", "SIZE=1").

    RFC 5321 §4.1.2, tolerant: brackets may be missing, a source route is dropped as §3.6.1 allows. The address is not
    judged further. Raises BadPath.
    """
    text = text.strip(" ")
    if not text.startswith("<"):
        return _without_brackets(text)
    end = _closing(text)
    if end < 0:
        raise BadPath("the angle bracket is not closed")
    address, rest = text[1:end].strip(" "), text[end + 1 :]
    if rest and not rest.startswith(" "):
        raise BadPath("a blank must follow the address")
    if (route := _ROUTE.match(address)) is not None:
        address = address[route.end() :]
    return address, rest.strip(" ")


def _without_brackets(text: str) -> tuple[str, str]:
    match = _BARE.match(text)
    if match is None or ((rest := text[match.end() :]) and not rest.startswith(" ")):
        raise BadPath("the address is not in angle brackets")
    return match[0], rest.strip(" ")


def _closing(text: str) -> int:
    """Return where the bracket closes: one inside a quoted local part does not, unless the quote never ends."""
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
    return text.find(">")


def split_parameters(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return the parameters of MAIL or RCPT in their order: keyword in capitals, and value (None: no `=`).

    `esmtp-param` of RFC 5321 §4.1.2, values also in UTF-8 (RFC 6531 §3.3). Raises BadPath.
    """
    found: list[tuple[str, str | None]] = []
    for word in text.split():
        match = _PARAMETER.match(word)
        if match is None:
            raise BadPath("a parameter cannot be read")
        found.append((match[1].upper(), match[2]))
    return tuple(found)


def is_clean(address: str) -> bool:
    """Tell whether an address is free of control characters and of what cannot be UTF-8."""
    return _UNCLEAN.search(address) is None
