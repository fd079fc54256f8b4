"""Names of mailboxes on the line: modified UTF-7 (RFC 3501 §5.1.3), and raw UTF-8, which many clients send.

Decoding takes everything: what is no modified UTF-7 is itself, so that every folder can be named. A folder that is made
gets no such name, for clients would show it differently. Encoding writes the one form that the RFC allows, and
`decode_name(encode_name(name)) == name`.
"""

from __future__ import annotations

import binascii
import re

INBOX = "INBOX"

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_TO_SHIFT = re.compile(r"[^ -~]+|&")


def decode_name(octets: bytes) -> str:
    """Return the Unicode name that a client means; INBOX in any case is `INBOX`."""
    name = _SHIFTED.sub(_unshifted, octets.decode("utf-8", "replace"))
    return INBOX if name.upper() == INBOX else name


def is_encoded(octets: bytes) -> bool:
    """Tell whether a name can be meant one way only: modified UTF-7 without a fault, or raw UTF-8, or without `&`."""
    return b"&" not in octets or not octets.isascii() or encode_name(decode_name(octets)) == octets


def encode_name(name: str) -> bytes:
    """Return a name as it goes over the line, in ASCII."""
    return _TO_SHIFT.sub(_shifted, name).encode("ascii")


def _unshifted(match: re.Match[str]) -> str:
    encoded = match[1]
    if not encoded:
        return "&"
    base64 = encoded.replace(",", "/")
    try:
        octets = binascii.a2b_base64(base64 + "=" * (-len(base64) % 4))
        return octets.decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return match[0]


def _shifted(match: re.Match[str]) -> str:
    run = match[0]
    if run == "&":
        return "&-"
    encoded = binascii.b2a_base64(run.encode("utf-16-be", "surrogatepass"), newline=False)
    return f"&{encoded.rstrip(b'=').decode('ascii').replace('/', ',')}-"
