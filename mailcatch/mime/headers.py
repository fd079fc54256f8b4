"""Header fields from raw bytes, decoded one at a time. Nothing here raises, and every search is linear.

The patterns are possessive where they repeat: a field that does not fit costs one look at its bytes, however crafted.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from mailcatch.mime.charset import decode_bytes
from mailcatch.mime.transfer import base64_bytes
from mailcatch.model import Header

LONGEST_HEADER = 256 << 10
"""Octets of one header block; a part whose block is longer is not looked into."""

_FIELD = re.compile(
    rb"([!-9;-~]++)[ \t]*+:"  # obsolete syntax has blanks before the colon (RFC 5322 §4.5)
    rb"([^\r\n]*+(?:(?:\r\n?+|\n)[ \t][^\r\n]*+)*+)"
    rb"(?:\r\n?|\n|\Z)"
)
_SKIPPED = re.compile(rb"(?:From |[ \t:])[^\r\n]*+(?:\r\n?|\n|\Z)")
_LINE_END = re.compile(rb"\r\n?|\n")
_LINE_ENDS = re.compile(rb"[\r\n]++")


class Fields:
    """The fields of one header block in their order, names as written and values raw."""

    __slots__ = ("_by_name", "items")

    def __init__(self, items: list[tuple[bytes, bytes]]) -> None:
        self.items = items
        self._by_name: dict[bytes, list[bytes]] = {}
        for name, value in items:
            self._by_name.setdefault(name.lower(), []).append(value)

    def get(self, name: bytes) -> bytes | None:
        """Return the first value of that name, which is in lower case; None if there is none."""
        values = self._by_name.get(name)
        return values[0] if values else None

    def all(self, name: bytes) -> list[bytes]:
        """Return every value of that name, which is in lower case."""
        return self._by_name.get(name, [])


class Block(NamedTuple):
    """A header block: its fields, where the body begins, and which limit it met, if any."""

    fields: Fields
    end: int
    problem: str | None


def read_fields(raw: bytes, start: int, end: int) -> Block:
    """Read the header block at `start`; it ends with a blank line, or where a line is no field."""
    items: list[tuple[bytes, bytes]] = []
    limit = min(end, start + LONGEST_HEADER)
    position = _past_leading_junk(raw, start, limit)
    match_field = _FIELD.match
    while (match := match_field(raw, position, limit)) is not None:
        name, value = match.groups()
        items.append((name, value))
        position = match.end()
        if position >= limit:
            break
    if position >= limit < end:
        return Block(Fields(items), position, f"a header block is longer than {LONGEST_HEADER >> 10} KiB")
    blank = _LINE_END.match(raw, position, end)
    return Block(Fields(items), blank.end() if blank else position, None)


def _past_leading_junk(raw: bytes, start: int, limit: int) -> int:
    """Pass over what is no field but hides none either: the line of an mbox, a continuation of nothing."""
    position = start
    if raw[start : start + 1] in (b"F", b" ", b"\t", b":"):
        while (junk := _SKIPPED.match(raw, position, limit)) is not None and _hides_a_field(raw, junk, limit):
            position = junk.end()
    return position


def _hides_a_field(raw: bytes, junk: re.Match[bytes], limit: int) -> bool:
    following = junk.end()
    return _FIELD.match(raw, following, limit) is not None or _SKIPPED.match(raw, following, limit) is not None


def unfolded(value: bytes) -> str:
    """Return a raw value as one line of text: UTF-8 where it is, else the Western 8-bit set."""
    if b"\n" in value or b"\r" in value:
        value = _LINE_ENDS.sub(b"", value)
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return decode_bytes(value, "windows-1252").strip()


def decoded(value: bytes | None) -> str:
    """Return a raw value with its encoded words decoded (RFC 2047); "" for None."""
    return "" if value is None else decode_words(unfolded(value)).strip()


def headers_in(fields: Fields) -> tuple[Header, ...]:
    """Return the fields for showing: name as written, value decoded, raw bytes as Latin-1."""
    return tuple(
        [Header(name.decode("ascii"), decoded(value), value.decode("latin-1")) for name, value in fields.items]
    )


_WORD = re.compile(r"=\?([^?\s]{1,75}+)\?([bBqQ])\?")


def decode_words(text: str) -> str:
    """Decode the encoded words of a line (RFC 2047); what cannot be decoded stays as it is.

    White space between two words goes (§6.2). Words that follow each other in one character set are decoded together:
    many senders cut their text in the middle of a character.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    octets, charset, position = b"", "", 0
    joined: list[bytes] = []
    for start, end, label, octets in _words(text):
        between = text[position:start]
        follows = bool(joined) and (not between or between.isspace())
        if joined and not (follows and label == charset):
            pieces.append(decode_bytes(b"".join(joined), charset))
            joined.clear()
        if not follows:
            pieces.append(between)
        joined.append(octets)
        charset, position = label, end
    if joined:
        pieces.append(decode_bytes(b"".join(joined), charset))
    pieces.append(text[position:])
    return "".join(pieces)


def _words(text: str) -> list[tuple[int, int, str, bytes]]:
    """Return (start, end, character set, octets) of each encoded word.

    A word ends at the next `?=`, found by one search: where there is none, no word that begins later has an end either.
    """
    found: list[tuple[int, int, str, bytes]] = []
    position = 0
    while (head := _WORD.search(text, position)) is not None:
        end = text.find("?=", head.end())
        if end < 0:
            break
        body = text[head.end() : end].encode("utf-8", "replace")
        octets = base64_bytes(body) if head[2] in "bB" else binascii.a2b_qp(body, header=True)
        found.append((head.start(), end + 2, head[1].partition("*")[0].lower(), octets))
        position = end + 2
    return found
