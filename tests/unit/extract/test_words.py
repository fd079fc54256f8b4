"""The words: they can be compared however they are written."""

from __future__ import annotations

import pytest

from mailcatch.extract.words import AGAINST, CODE, folded, pattern


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Straße  İÇİN", "strasse icin"), ("Potwierdź", "potwierdz"), ("ΚΩΔΙΚΌΣ", "κωδικοσ"), ("войти", "воити"),
        ("コード", "コード"), ("인증", "인증"), ("Doğrulama", "dogrulama"),
    ],
)  # fmt: skip
def test_folding(text: str, plain: str) -> None:
    """Case and accents do not count; syllables stay whole."""
    assert folded(text) == plain


def test_a_pattern_is_of_folded_words() -> None:
    """So both meet."""
    assert pattern("войти|Bestätig".lower()).search(folded("Bitte BESTÄTIGEN"))
    assert pattern("войти").search(folded("Войти"))
    assert pattern(CODE).search(folded("Ihr Sicherheitscode"))
    assert pattern(AGAINST).search(folded("Ihre Bestellnummer"))
    assert not pattern(CODE).search(folded("Encode this decoder"))
