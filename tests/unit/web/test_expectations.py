"""The shapes of expectations: what is taken, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mailcatch.web.expectations import Assert, Wait


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": "to:bob@x.test", "within": 3, "count": "none"},
        {"query": {"to": "bob@x.test"}, "within": "300ms", "count": {"exactly": 2, "settle": 0.3}},
        {"since": "now", "inbox": "gw0", "pick": "oldest", "strict": True, "until": {"subject": "done"}},
    ],
)
def test_bodies_that_are_taken(body: dict[str, Any]) -> None:
    """Seconds are numbers or texts, queries texts or objects."""
    msgspec.convert(body, Wait)


@pytest.mark.parametrize(
    "body", [{"query": 3}, {"count": {"min": 0}}, {"count": "all"}, {"pick": "first"}, {"wthin": 1}, {"within": -1}]
)
def test_bodies_that_are_not(body: dict[str, Any]) -> None:
    """By their shape alone."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, Wait)


def test_there_is_something_to_judge() -> None:
    """One expectation at least, fifty at most."""
    for count in (0, 51):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"expectations": [{"name": "x"}] * count}, Assert)
