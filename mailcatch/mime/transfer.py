"""Transfer encodings (RFC 2045 §6): bodies decoded in linear time, tolerant of what real mail does wrong.

`decoded_size` gives the length that `decode_body` would, of a slice that it never copies as a whole.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_PIECE = 64 << 10
_NO_LETTERS = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BLANKS_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_SOFT_BREAK_WITHOUT_LF = re.compile(rb"=\r(?!\n)")
_IDENTITY = frozenset({"7bit", "8bit", "binary"})
_UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_body(data: bytes, encoding: str) -> bytes:
    """Return a body decoded; an unknown encoding is taken as identity."""
    if encoding == "base64":
        return base64_bytes(data)
    if encoding == "quoted-printable":
        return quoted_bytes(data)
    if encoding in _UU:
        return _uu_bytes(data)
    return data


def decoded_size(raw: bytes, start: int, end: int, encoding: str) -> int:
    """Return the octets that the body at [start, end) has when it is decoded."""
    if encoding in _IDENTITY:
        return end - start
    if encoding == "base64":
        return _base64_size(raw, start, end)
    if encoding == "quoted-printable":
        return sum(len(quoted_bytes(raw[first:last])) for first, last in _whole_lines(raw, start, end))
    return len(_uu_bytes(raw[start:end])) if encoding in _UU else end - start


def base64_bytes(data: bytes) -> bytes:
    """Decode base64, ignoring what is not of its alphabet and what is missing at the end."""
    for missing in (b"", b"=="):
        try:
            return binascii.a2b_base64(data + missing if missing else data)
        except binascii.Error:
            continue
    return binascii.a2b_base64(data + b"A==")[:-1]  # one letter too many: its six bits are no octet


def _base64_size(raw: bytes, start: int, end: int) -> int:
    padding = raw.find(b"=", start, end)
    letters = _letters(raw, start, end if padding < 0 else padding)
    if padding >= 0 and _letters(raw, padding, end):
        return len(base64_bytes(raw[start:end]))  # letters after padding: only decoding tells what they are
    return letters // 4 * 3 + (0, 0, 1, 2)[letters % 4]


def _letters(raw: bytes, start: int, end: int) -> int:
    pieces = range(start, end, _PIECE)
    return sum(len(raw[first : min(first + _PIECE, end)].translate(None, _NO_LETTERS)) for first in pieces)


def quoted_bytes(data: bytes) -> bytes:
    """Decode quoted-printable; a `=` that begins nothing stays, blanks at the end of a line go (RFC 2045 §6.7)."""
    if b" \r" in data or b" \n" in data or b"\t\r" in data or b"\t\n" in data or data[-1:] in (b" ", b"\t"):
        data = _BLANKS_AT_END.sub(b"", data)
    if b"=\r" in data:  # binascii drops all up to the next LF after it
        data = _SOFT_BREAK_WITHOUT_LF.sub(b"=\n", data)
    return binascii.a2b_qp(data)


def _whole_lines(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) into pieces that end with a line each, so that each can be decoded alone."""
    while start < end:
        line_end = raw.find(b"\n", min(start + _PIECE, end), end)
        last = line_end + 1 if line_end >= 0 else end
        yield start, last
        start = last


def _uu_bytes(data: bytes) -> bytes:
    """Decode the lines between `begin` and `end`, the first of a body's files."""
    lines = iter(data.splitlines())
    out: list[bytes] = []
    for line in lines:
        if line.startswith(b"begin "):
            break
    for line in lines:
        if line.rstrip() == b"end":
            break
        out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # some encoders pad what the count does not cover
        size = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:size])
    except binascii.Error:
        return b""
