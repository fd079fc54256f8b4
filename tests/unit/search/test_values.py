"""mailcatch.search.values: moments and sizes as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.search.values import Now, moment_like, read_moment, read_size

BERLIN = ZoneInfo("Europe/Berlin")
AT = int(datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp() * 1000)
HERE = Now(AT, BERLIN)  # there the 24th has begun


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", utc(2026, 10, 31, 23)),
        ("2026-07-01", utc(2026, 6, 30, 22)),
        ("2026-11", utc(2026, 10, 31, 23)),
        ("2026", utc(2025, 12, 31, 23)),
        ("today", utc(2026, 11, 23, 23)),
        ("Yesterday", utc(2026, 11, 22, 23)),
        ("2026-11-01T09:30", utc(2026, 11, 1, 8, 30)),
        ("2026-11-01 09:30:15", utc(2026, 11, 1, 8, 30, 15)),
        ("2026-11-01T09:30:15.250Z", utc(2026, 11, 1, 9, 30, 15) + 250),
        ("2026-11-01t09:30:15z", utc(2026, 11, 1, 9, 30, 15)),
        ("2026-11-01T09:30:15-05:00", utc(2026, 11, 1, 14, 30, 15)),
        ("30s", AT - 30_000),
        ("5m", AT - 300_000),
        ("2h", AT - 7_200_000),
        ("7d", AT - 7 * 86_400_000),
        ("1w", AT - 7 * 86_400_000),
        ("0s", AT),
        ("0001-01-01", int((datetime(1, 1, 1) - datetime(1970, 1, 1)).total_seconds() - 3208) * 1000),
    ],
)
def test_moments(text: str, moment: int) -> None:
    """A day is that day in the zone; a stamp without an offset too; a span is so long ago."""
    assert read_moment(text, HERE) == moment


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-13-01", "2026-02-30", "2026-1-5", "01.11.2026", "7", "7y", "-7d", "7 d", "20261101", "2026-W45", "10000-01-01",
     "2026-11-01T25:00", "2026-11-01T09:30+99:00", "\uff12\uff10\uff12\uff16", "9999999d"],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    """Nothing is guessed."""
    assert read_moment(text, HERE) is None


@pytest.mark.parametrize(
    ("text", "like"),
    [("2026-1-5", "2026-01-05"), ("2026/11/1", "2026-11-01"), ("2026-2-30", "2026-11-24"), ("soon", "2026-11-24")],
)
def test_what_may_have_been_meant(text: str, like: str) -> None:
    """A date written loosely is put right; else today's is shown, in the zone."""
    assert moment_like(text, HERE) == like


@settings(deadline=None)  # a busy machine is no mistake
@given(st.from_regex(r"\A\d{1,4}-\d{1,2}-\d{1,2}([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?\Z") | st.text())
def test_any_text_is_a_moment_or_none(text: str) -> None:
    """It never raises, and what it gives fits 64 bits."""
    for zone in (UTC, BERLIN, ZoneInfo("Pacific/Apia")):
        moment = read_moment(text, Now(AT, zone))
        assert moment is None or abs(moment) < 2**62


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0), ("4711", 4711), ("100b", 100), ("1k", 1024), ("1KB", 1024), ("1 KiB", 1024), ("1.5m", 1_572_864),
        ("2MB", 2 << 20), ("1g", 1 << 30), ("0.5k", 512), ("999999999999g", 2**62),
    ],
)  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    """Powers of 1024, whatever follows the letter."""
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "k", "-1", "1t", "1,5m", "1e6", "1 0", "1.5.2", ">1"])
def test_what_is_no_size(text: str) -> None:
    """Nothing is guessed."""
    assert read_size(text) is None
