r"""Flags on the line (RFC 3501 §2.3.2): system flags are bits, keywords are names."""

from __future__ import annotations

from collections.abc import Iterable

from mailcatch import model
from mailcatch.imap.commands import Flags
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner

SYSTEM_FLAGS: dict[str, int] = {
    "\\Answered": model.ANSWERED,
    "\\Flagged": model.FLAGGED,
    "\\Deleted": model.DELETED,
    "\\Seen": model.SEEN,
    "\\Draft": model.DRAFT,
}
_BITS = {name.lower(): bit for name, bit in SYSTEM_FLAGS.items()}
_NAMES = tuple((bit, name.encode("ascii")) for name, bit in SYSTEM_FLAGS.items())
_SYSTEM = {bits: b" ".join(name for bit, name in _NAMES if bits & bit) for bits in range(1 << len(_NAMES))}
_LONGEST_KEYWORD = 255
_MOST_KEYWORDS = 100


def parse_flags(scanner: Scanner) -> Flags:
    """Read a list of flags, with its parentheses or, as STORE allows, without. Raises Problem."""
    if scanner.looking_at(b"("):
        return flags_of(scanner.parenthesized(scanner.flag))
    names = [scanner.flag()]
    while scanner.more():
        names.append(scanner.flag())
    return flags_of(names)


def flags_of(names: Iterable[str]) -> Flags:
    r"""Return names as bits and keywords. Raises Problem for `\Recent` and other system flags that nobody can set."""
    bits = 0
    keywords: dict[str, str] = {}
    for name in names:
        if not name.startswith("\\"):
            keywords.setdefault(name.lower(), name)
        elif name.lower() in _BITS:
            bits |= _BITS[name.lower()]
        else:
            raise Problem(
                f"a client cannot set the flag {name[:40]}; it can set {', '.join(SYSTEM_FLAGS)} and keywords"
            )
    _check_keywords(tuple(keywords.values()))
    return Flags(bits, tuple(keywords.values()))


def format_flags(bits: int, keywords: Iterable[str] = (), *, recent: bool = False) -> bytes:
    r"""Return flags as they go over the line, with parentheses; `recent` adds `\Recent`."""
    names = [_SYSTEM[bits & 31], *(keyword.encode("ascii", "replace") for keyword in keywords)]
    if recent:
        names.append(b"\\Recent")
    return b"(%s)" % b" ".join(filter(None, names))


def _check_keywords(keywords: tuple[str, ...]) -> None:
    if len(keywords) > _MOST_KEYWORDS:
        raise Problem(f"a message has at most {_MOST_KEYWORDS} keywords", "NO", "LIMIT")
    for keyword in keywords:
        if len(keyword) > _LONGEST_KEYWORD:
            raise Problem(f"a keyword has at most {_LONGEST_KEYWORD} octets", "NO", "LIMIT")
