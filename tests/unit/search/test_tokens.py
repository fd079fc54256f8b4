"""mailcatch.search.tokens: the tokens of a query's text."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.search.tokens import Mistake, quoted, scan


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \t\n", []),
        ("a b", [("word", "a", 0), ("word", "b", 2)]),
        ("-a", [("-", "-", 0), ("word", "a", 1)]),
        ("- a a-b -", [("word", "-", 0), ("word", "a", 2), ("word", "a-b", 4), ("word", "-", 8)]),
        ("(a OR b)", [("(", "(", 0), ("word", "a", 1), ("OR", "OR", 3), ("word", "b", 6), (")", ")", 7)]),
        ("NOT AND or", [("NOT", "NOT", 0), ("AND", "AND", 4), ("word", "or", 8)]),
        ('"a  b"', [("phrase", "a  b", 0)]),
        ('"OR"', [("phrase", "OR", 0)]),
        (r'"say \"hi\" \\ \n"', [("phrase", r'say "hi" \ \n', 0)]),
        ('a"b"c', [("word", "a", 0), ("phrase", "b", 1), ("word", "c", 4)]),
        ("To:bob", [("field", "bob", 0)]),
        ('subject:"a b"', [("field", "a b", 0)]),
        ('header:X="a b"c', [("field", "X=a bc", 0)]),
        ("to:", [("field", "", 0)]),
        ("to: a", [("field", "", 0), ("word", "a", 4)]),
        ("to:a(b)", [("field", "a", 0), ("(", "(", 4), ("word", "b", 5), (")", ")", 6)]),
        ("12:30", [("word", "12:30", 0)]),
        ("a\0b", [("word", "a\0b", 0)]),
    ],
)
def test_tokens(text: str, tokens: list[tuple[str, str, int]]) -> None:
    """Each with what it says and where it begins."""
    assert [(token.kind, token.text, token.at) for token in scan(text)] == tokens


def test_a_field_knows_its_name_and_where_its_value_is() -> None:
    """The name comes in lower case; an error can point at the value."""
    (token,) = scan(" Reply-To:x")
    assert (token.name, token.at, token.value_at, token.end) == ("reply-to", 1, 10, 11)


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ('a "b c', 2, 'a "b c"'),
        ('"', 0, None),
        ('subject:"a b ', 8, 'subject:"a b"'),
        ('subject:a"b', 9, 'subject:a"b"'),
        ('"a" "', 4, None),
        ('"a\\\\\\', 0, '"a"'),
        (r'"a\"', 0, r'"a\""'),
        (r'"a\b', 0, r'"a\b"'),
    ],
)
def test_a_quotation_must_end(text: str, position: int, suggestion: str | None) -> None:
    """The mistake points at the mark that has no partner, and is put right by one."""
    with pytest.raises(Mistake, match="not closed") as mistake:
        scan(text)
    error = mistake.value.within(text)
    assert (error.position, error.suggestion) == (position, suggestion)
    if suggestion is not None:
        assert scan(suggestion)


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text())
def test_a_quotation_reads_as_what_was_quoted(text: str) -> None:
    """quoted() makes one phrase of any text."""
    assert [(token.kind, token.text) for token in scan(quoted(text))] == [("phrase", text)]


@settings(deadline=None)  # a busy machine is no mistake
@given(st.text(st.sampled_from('ab:"\\()- \n*') | st.characters()))
def test_nothing_is_skipped(text: str) -> None:
    """Tokens follow each other with nothing but blanks between."""
    try:
        tokens = scan(text)
    except Mistake:
        return
    end = 0
    for token in tokens:
        assert text[end : token.at].strip() == ""
        assert token.end > token.at >= end
        end = token.end
    assert text[end:].strip() == ""


@pytest.mark.parametrize("piece", ['"', "\\", 'a"', '\\"', "(", "a:", 'a:"b"', "-", " ", 'a:b"c"', "\\\\", '"\\'])
def test_scanning_is_linear(piece: str) -> None:
    """No text makes the scanner go back: a hundred thousand characters take a moment."""
    started = time.perf_counter()
    for text in (piece * (100_000 // len(piece)), '"' + piece * (100_000 // len(piece)), 'a:"' + piece * 100_000):
        with contextlib.suppress(Mistake):
            scan(text)
    assert time.perf_counter() - started < 5
