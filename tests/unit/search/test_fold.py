"""mailcatch.search.fold: what text is compared as, and what its words are."""

from __future__ import annotations

import re
import sqlite3
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailcatch.search import fold as module
from mailcatch.search.fold import fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("Reset  your\r\n\tPASSWORD ", "reset your password"),
        ("STRASSE Straße", "strasse strasse"),
        ("Cafe\u0301", "café"),
        ("CAFE\u0301", "café"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("a\u00a0b\u3000c\u2028d", "a b c d"),
        ("a\0b", "a b"),
        ("\0", ""),
        ("ä\0b", "ä b"),
        ("x\ud800y", "x\ufffdy"),
        ("ﬁne", "fine"),
        ("密码\n重置", "密码 重置"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    """Case, composition and white space are settled; what a database cannot hold is replaced."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("reset your-password, 2026!", ["reset", "your", "password", "2026"]),
        ("bob@x.test", ["bob", "x", "test"]),
        ("snake_case", ["snake", "case"]),
        ("“Reset” \u2013 now…", ["reset", "now"]),
        ("密码重置", ["密", "码", "重", "置"]),
        ("code密码42", ["code", "密", "码", "42"]),
        ("パスワード", ["パ", "ス", "ワ", "ー", "ド"]),
        ("ﾊﾟｽ", ["パ", "ス"]),
        ("비밀번호 재설정", ["비밀번호", "재설정"]),
        ("हिन्दी पासवर्ड", ["हिन्दी", "पासवर्ड"]),
        ("ยืนยัน", ["ยื", "น", "ยั", "น"]),
        ("q\u0323\u0307y", ["q\u0323\u0307y"]),
        ("\u0301 x", ["x"]),
        ("ﬁne ① ℡ Ⅻ ½", ["fine", "1", "tel", "xii", "1", "2"]),
        ("pass\u00adword zero\u200bwidth join\u200der", ["password", "zero", "width", "joiner"]),
        ("🎉 ☎", []),
        ("a\ud800b ä\ud800b", ["a", "b", "ä", "b"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Runs of letters and digits with their marks; where a script has no blanks, each letter."""
    assert words(fold(text)) == expected


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text())
@example("\u0390 \u1fd3 \u0345\u0301 \u01c5")
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded stays as it is, and can be stored."""
    folded = fold(text)
    folded.encode()
    assert "\0" not in folded
    assert fold(folded) == folded


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text(), st.text())
def test_words_of_joined_texts(first: str, second: str) -> None:
    """Texts may be cut into words one by one and joined: a store deletes what it was given in pieces."""
    first, second = fold(first), fold(second)
    assert words(f"{first} {second}") == words(first) + words(second)


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text(st.characters(codec="ascii")))
def test_the_short_way_for_ascii_agrees(text: str) -> None:
    """Plain ASCII is handled by another path, with the same result as the general one."""
    assert words(fold(f"{text} é")) == [*words(fold(text)), "é"]
    assert fold(f"{text} é") == f"{fold(text)} é".strip()


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text())
def test_the_index_sees_the_same_words(text: str) -> None:
    """SQLite's tokenizer leaves our words as they are: each is found whole."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE w USING fts5 (t, content = '', tokenize = 'ascii')")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab (w, instance)")
    found = words(fold(text))
    connection.execute("INSERT INTO w (rowid, t) VALUES (1, ?)", (" ".join(found),))
    rows = connection.execute("SELECT term FROM v ORDER BY offset").fetchall()
    assert [term for (term,) in rows] == found


def test_every_mark_is_known() -> None:
    """The marks are looked for in a part of Unicode only: there are no others."""
    marks = re.compile(f"[{module._marks()}]")
    every = (chr(code) for code in range(sys.maxunicode + 1))
    assert [each for each in every if unicodedata.category(each)[0] == "M" and not marks.match(each)] == []


@pytest.mark.parametrize(
    "piece", ["word, ", "wörd “x” ", "密码", "हिन्दी ", "\u0301", "\u00ad", "\ud800", "a\u0301\u0323"]
)
def test_long_texts_take_linear_time(piece: str) -> None:
    """A megabyte of anything is cut in about a second, not in minutes."""
    text = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    words(fold(text))
    assert time.perf_counter() - started < 5
