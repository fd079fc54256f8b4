"""mailcatch.search.contents: terms about the inside of a message."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailcatch.search import contents
from mailcatch.search.query import Operator, Term


class Message:
    """Two headers of one name."""

    def values(self, field: str, name: str) -> Sequence[str]:
        """Give them."""
        return {("header", "x-run"): ("42", "forty two"), ("header", "x-empty"): ("",)}.get((field, name), ())


@pytest.mark.parametrize(
    ("name", "operator", "value", "matches"),
    [
        ("x-run", "eq", "42", True),
        ("x-run", "eq", "4", False),
        ("x-run", "contains", "two", True),
        ("x-run", "glob", "forty*", True),
        ("x-run", "regex", "^forty", True),
        ("x-run", "exists", "", True),
        ("x-empty", "exists", "", True),
        ("x-empty", "contains", "x", False),
        ("x-other", "exists", "", False),
        ("x-other", "contains", "", False),
    ],
)
def test_one_of_the_values_must_match(name: str, operator: Operator, value: str, matches: bool) -> None:
    """A header that is there is there, also without a value."""
    assert contents.contents_test(Term("header", operator, value, name))(Message()) is matches
