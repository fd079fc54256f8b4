"""Values as people write them, and as they are shown: sizes, durations, listeners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.kinds import Bind, GiB, KiB, MiB, read_bind, read_duration, read_size, show_duration, show_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50MiB", 50 * MiB),
        ("50 MiB", 50 * MiB),
        ("50M", 50 * MiB),
        ("50mb", 50_000_000),
        ("2GiB", 2 * GiB),
        ("1.5KiB", 1536),
        ("512", 512),
        ("512B", 512),
        ("1k", KiB),
    ],
)
def test_sizes(text: str, expected: int):
    """Binary units with and without an i in them, decimal ones, bare bytes."""
    assert expected == read_size(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300ms", 0.3),
        ("30s", 30),
        ("10m", 600),
        ("7d", 604_800),
        ("2h", 7200),
        ("1w", 604_800),
        ("1h30m", 5400),
        ("45", 45),
    ],
)
def test_durations(text: str, expected: float):
    """Units, sums of them, and bare seconds."""
    assert expected == pytest.approx(read_duration(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1025", Bind(None, 1025)),
        ("0", Bind(None, 0)),
        ("127.0.0.1:25", Bind("127.0.0.1", 25)),
        ("[::1]:25", Bind("::1", 25)),
        ("localhost:25", Bind("localhost", 25)),
        ("any:25", Bind("any", 25)),
    ],
)
def test_listeners(text: str, expected: Bind):
    """A port, with a host or without; it is shown as it is read."""
    assert expected == read_bind(text)
    assert text == str(expected)


@given(st.integers(0, 1 << 50))
def test_a_size_reads_back_as_it_is_shown(size: int):
    """Showing loses nothing."""
    assert size == read_size(show_size(size))


@given(st.integers(0, 10**10).map(lambda ms: ms / 1000))
def test_a_duration_reads_back_as_it_is_shown(seconds: float):
    """Showing loses nothing."""
    assert seconds == pytest.approx(read_duration(show_duration(seconds)), rel=1e-12)
