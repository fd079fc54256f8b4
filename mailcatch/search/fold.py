"""Text as search compares it: folded once, the same for SQL and for a predicate."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+")
_ANY_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # CJK: each a word of its own
    r"|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def fold(text: str) -> str:
    """Return `text` case-folded, in NFC, with each run of white space one blank: what field terms are compared on."""
    if text.isascii():
        return " ".join(text.lower().split())
    normal = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(normal.replace("\0", " ").split())


def words(folded: str) -> list[str]:
    """Return the words of folded text: runs of letters and digits in NFKC, each CJK character a word."""
    if folded.isascii():
        return _WORD.findall(folded)
    return _ANY_WORD.findall(unicodedata.normalize("NFKC", folded).casefold())
