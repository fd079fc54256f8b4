"""Criteria make one query, and a mistake is told at once."""

from __future__ import annotations

import pytest

from mailcatch.testing.criteria import query_of


def test_each_criterion_is_a_term() -> None:
    """Names of Python's own have an underscore, which is not the query's."""
    assert query_of({"to": "b@x", "from_": "a@x", "reply_to": "r@x"}) == 'to:"b@x" from:"a@x" reply-to:"r@x"'


def test_quotes_in_a_value_do_not_end_it() -> None:
    """A value is one value, whatever is in it."""
    assert query_of({"subject": 'say "a\\b" OR'}) == r'subject:"say \"a\\b\" OR"'


def test_headers_are_a_mapping() -> None:
    """Each header field is a term."""
    assert query_of({"header": {"X-Run": "42"}}) == 'header:X-Run="42"'


def test_a_query_stands_in_brackets() -> None:
    """An OR of it does not reach the other criteria."""
    assert query_of({"q": "a OR b", "to": "b@x"}) == '(a OR b) to:"b@x"'


@pytest.mark.parametrize(("wrong", "right"), [("subjekt", "subject"), ("from", "from_"), ("recpt", "rcpt")])
def test_an_unknown_criterion_has_a_suggestion(wrong: str, right: str) -> None:
    """A typo asks for nothing; it says what may have been meant."""
    with pytest.raises(TypeError, match=f"no criterion {wrong}=; did you mean {right}=?"):
        query_of({wrong: "x"})


@pytest.mark.parametrize("value", [None, True, b"x", ["a"]])
def test_a_value_that_is_no_text_is_a_mistake(value: object) -> None:
    """`to=None` of a fixture gone wrong must not mean any recipient."""
    with pytest.raises(TypeError, match="to= takes text"):
        query_of({"to": value})  # type: ignore[dict-item]


def test_only_headers_take_a_mapping() -> None:
    """A mapping elsewhere is a mistake."""
    with pytest.raises(TypeError, match="only header="):
        query_of({"to": {"a": "b"}})
