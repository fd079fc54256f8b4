"""Text as search compares it: folded once when a mail comes in, the same for SQL and for a predicate.

Both functions run for every mail that is received, so plain ASCII takes a short way; a test proves that the two ways
agree. What they return never holds NUL or a lone surrogate, which SQLite's functions and UTF-8 cannot carry.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Bytes of UTF-8: letters and digits of ASCII stay, as does all beyond ASCII; the rest of ASCII parts words.
_PARTED = bytes(code if code >= 0x80 or chr(code).isalnum() else 0x20 for code in range(256))
_SURROGATES = re.compile("[\ud800-\udfff]")
# They may stand anywhere inside a word without being seen: soft hyphen, the joiners, word joiner, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")
# Written without blanks between words, so each letter (with its marks) is a word and a phrase finds what stands
# inside a line: Thai, Lao, Myanmar, Khmer, the kana, the ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff"
    "\uaa60-\uaa7f\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
_ONLY_UNSPACED = re.compile(f"[{_UNSPACED}]+\\Z")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")


def fold(text: str) -> str:
    """Return `text` case-folded, in NFC, with each run of white space (and NUL) one blank: what `contains` compares."""
    text = text.replace("\0", " ")
    if text.isascii():
        return " ".join(text.lower().split())
    normal = unicodedata.normalize("NFC", text)
    folded = unicodedata.normalize("NFC", normal.casefold())
    return " ".join(_without_surrogates(folded).split())


def words(folded: str) -> list[str]:
    """Return the words of folded text in their order.

    A word is a run of letters and digits in NFKC. A mark (vowel sign, virama, combining accent) belongs to the letter
    it follows; in scripts that put no blanks between words, each letter is a word.
    """
    if folded.isascii():
        return folded.encode().translate(_PARTED).decode().split()
    normal = unicodedata.normalize("NFKC", folded)
    if _INVISIBLE.search(normal):
        normal = _INVISIBLE.sub("", normal)
    again = unicodedata.normalize("NFKC", normal.casefold())  # ℡ has become TEL
    found: list[str] = []
    for run in again.encode("utf-8", "replace").translate(_PARTED).decode().split():
        if run.isascii():
            found.append(run)
        else:
            found += _cut(run)
    return found


def _cut(run: str) -> list[str]:
    """Return the words of a run without blanks that is not plain ASCII."""
    if run.isalnum():  # no marks in it
        if _ONLY_UNSPACED.match(run):
            return list(run)
        if not _ANY_UNSPACED.search(run):
            return [run]
    found: list[str] = _word_pattern().findall(run)
    return found


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text


@cache
def _word_pattern() -> re.Pattern[str]:
    """Build the pattern when the first text needs it: asking 130,000 characters what they are takes 10 ms."""
    marks = _marks()
    return re.compile(f"[{_UNSPACED}](?<![_\\W])[{marks}]*|[^\\W_{_UNSPACED}](?:[^\\W_{_UNSPACED}]|[{marks}])*")


def _marks() -> str:
    """Return all combining marks as the inside of a character class; above plane 1 there are only selectors."""
    ranges: list[list[int]] = []
    for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
