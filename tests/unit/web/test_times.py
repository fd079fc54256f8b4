"""mailcatch.web.times: times out and in."""

from __future__ import annotations

import pytest

from mailcatch.web.times import duration, moment, rfc3339


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (10**18, "9999-12-31T23:59:59.000Z"),
        (-(10**18), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_times_out(ms: int, text: str) -> None:
    """UTC, with milliseconds; what no calendar holds is its end."""
    assert rfc3339(ms) == text


@pytest.mark.parametrize(("text", "ms"), [("300ms", 300), ("30s", 30_000), ("1.5m", 90_000), ("7d", 604_800_000)])
def test_durations(text: str, ms: int) -> None:
    """A number and its unit."""
    assert duration(text) == ms


@pytest.mark.parametrize("text", ["", "30", "s", "-1s", "1 s", "1e9s", "9" * 20 + "d", "1y"])
def test_what_is_no_duration(text: str) -> None:
    """Anything else is none."""
    assert duration(text) is None


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T01:00:00.5+01:00", 500),
        ("1970-01-01T00:00:01", None),
        ("1970-01-01", None),
        ("now", None),
    ],
)
def test_times_in(text: str, ms: int | None) -> None:
    """A time needs its zone."""
    assert moment(text) == ms
