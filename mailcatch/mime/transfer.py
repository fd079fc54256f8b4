"""Transfer encodings (RFC 2045 §6): bodies decoded in linear time, tolerant of what real mail does wrong."""

from __future__ import annotations

import binascii
import re

_BASE64 = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_SOFT = re.compile(rb"[ \t]+(?=\r?\n|\Z)")


def base64_bytes(data: bytes) -> bytes:
    """Decode base64, ignoring what is not of its alphabet and what is missing at the end."""
    padding = data.find(b"=")
    letters = (data if padding < 0 else data[:padding]).translate(None, _BASE64)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def base64_size(data: bytes | memoryview) -> int:
    """Return how many bytes base64_bytes would give."""
    data = bytes(data)
    padding = data.find(b"=")
    letters = len((data if padding < 0 else data[:padding]).translate(None, _BASE64))
    return letters // 4 * 3 + (0, 0, 1, 2)[letters % 4]


def quoted_bytes(data: bytes) -> bytes:
    """Decode quoted-printable; a `=` that starts nothing stays."""
    return binascii.a2b_qp(_SOFT.sub(b"", data))


def decode_body(data: bytes, encoding: str) -> bytes:
    """Return a body decoded; an unknown encoding is taken as identity."""
    if encoding == "base64":
        return base64_bytes(data)
    if encoding == "quoted-printable":
        return quoted_bytes(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uu_bytes(data)
    return data


def _uu_bytes(data: bytes) -> bytes:
    out: list[bytes] = []
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.rstrip() == b"end":
            break
        else:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                size = ((line[0] - 32 & 63) * 4 + 5) // 3
                try:
                    out.append(binascii.a2b_uu(line[:size]))
                except binascii.Error:
                    continue
    return b"".join(out)
