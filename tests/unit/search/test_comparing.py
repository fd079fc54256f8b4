"""mailcatch.search.comparing: texts against values, by each operator."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.errors import QueryError
from mailcatch.search import comparing
from mailcatch.search.comparing import compiled, globs, test_of
from mailcatch.search.query import Operator

# A name that begins with test_ would be taken for a test.
compare = test_of
del test_of


@pytest.mark.parametrize(
    ("operator", "wanted", "text", "matches"),
    [
        ("eq", "a b", "a b", True),
        ("eq", "a", "a b", False),
        ("contains", "b", "abc", True),
        ("contains", "d", "abc", False),
        ("glob", "a*c", "abbc", True),
        ("glob", "a*c", "abcd", False),
        ("glob", "*", "", True),
        ("glob", "a?[b]", "a?[b]", True),
        ("regex", r"order \d+", "your order 42 is here", True),
        ("regex", r"^order", "your order", False),
        ("regex", r"^Your ORDER$", "your order", True),
        ("regex", "strasse", "strasse", True),
        ("regex", "é+", "caféé", True),
        ("exists", "", "x", True),
        ("exists", "", "", False),
    ],
)
def test_operators(operator: Operator, wanted: str, text: str, matches: bool) -> None:
    """A glob is about the whole text, a pattern about a piece of it."""
    assert compare(operator, wanted)(text) is matches


@settings(deadline=None)  # a busy machine is no mistake
@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=5), st.text("ab", max_size=8))
def test_a_glob_is_the_pattern_that_it_looks_like(pieces: list[str], text: str) -> None:
    """Judged by the regular expression that says the same."""
    assert globs(pieces, text) == (compiled("^(?:" + ".*".join(pieces) + ")$").search(text) is not None)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a(b", "missing"),
        ("a**", "bad repetition"),
        ("[z-a]", "range"),
        (r"(a)\1", "escape"),
        ("(?=a)", "perl operator"),
        (r"\pL{1000}", "too large"),
        ("x" * 1_001, "longer than 1000"),
        ("((a{1,999}){1,999}){1,999}", "repetition"),
        ("[ab]{0,1000}x" * 30, "repeats too much|too large"),
    ],
)
def test_a_pattern_that_cannot_be_used(pattern: str, said: str) -> None:
    """Says why: it cannot be read, or would need too much."""
    with pytest.raises(QueryError, match=said):
        compare("regex", pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a+)+$", r"(a|aa)+$", r"(a*)*b", r"(?:a?){300}a{300}b", r"a*a*a*a*a*a*b", r"(.*)(.*)(.*)(.*)x"),
        *("^(a|a)*$|b", "(?:(?:a+)+)+b", "|".join(f"a{number}" for number in range(150))),
    ],
)
def test_no_pattern_goes_back(pattern: str) -> None:
    """What takes others a lifetime is linear here: the longest text takes a moment."""
    text = "a" * (256 << 10) + "!"
    begun = time.thread_time()
    with contextlib.suppress(QueryError):  # that it takes too long
        compare("regex", pattern)(text)
    assert time.thread_time() - begun < 5


def test_a_slow_pattern_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first mail that shows it to be slow is the last: it is refused from then on."""
    monkeypatch.setattr(comparing, "SLOW", -1.0)
    asked = compare("regex", "a{1,100}b")
    with pytest.raises(QueryError, match="takes more than"):
        asked("aaa")
    monkeypatch.setattr(comparing, "SLOW", 1e9)
    with pytest.raises(QueryError, match="takes more than"):
        asked("aaa")
