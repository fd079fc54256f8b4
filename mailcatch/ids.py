"""Identifiers that leave the process: ULIDs, 26 characters of Crockford's base 32, ordered by time.

Ours rather than a library's: the one that is alive takes 29 ms to import, a tenth of the time to ready.
"""

from __future__ import annotations

import os
import re
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_PATTERN = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")


def new_id(at: int | None = None) -> str:
    """Return a new ULID: 48 bits of time (`at`, milliseconds since 1970; default now) and 80 random bits."""
    ms = time.time_ns() // 1_000_000 if at is None else at
    number = (ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10))
    return "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(120, -1, -10)])


def is_id(text: str) -> bool:
    """Tell whether `text` could be an id of ours: the only strings that reach a look-up by id."""
    return _PATTERN.match(text) is not None
