"""LIST's patterns."""

import time

import pytest

from mailcatch.imap.patterns import Pattern, parents


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*", "a/b/c", True),
        ("%", "a", True),
        ("%", "a/b", False),
        ("a/%", "a/b", True),
        ("a/%", "a/b/c", False),
        ("a/*", "a/b/c", True),
        ("a/*", "a", False),
        ("*b", "a/b", True),
        ("%/%", "a/b", True),
        ("*%", "a/b", True),
        ("a", "A", False),
        ("inbox", "INBOX", True),
        ("InB%", "INBOX", True),
        ("", "a", False),
        ("a.c", "abc", False),
        ("Entwürfe", "Entwürfe", True),
    ],
)
def test_wildcards(pattern: str, name: str, expected: bool):
    """`*` crosses levels, `%` does not; INBOX has no case."""
    assert Pattern("", [pattern]).matches(name) is expected


def test_the_reference_comes_before_the_pattern():
    """As if it were written there; several patterns are tried one after the other."""
    assert Pattern("a/", ["%"]).matches("a/b")
    assert not Pattern("a/", ["%"]).matches("b")
    assert Pattern("", ["x", "b"]).matches("b")


def test_no_pattern_takes_long():
    """A regular expression would try for ever."""
    began = time.process_time()
    assert not Pattern("", ["*a" * 200]).matches("a" * 150 + "b")
    assert time.process_time() - began < 2


def test_parents():
    """The nearest first."""
    assert list(parents("a/b/c")) == ["a/b", "a"]
    assert list(parents("a")) == []
