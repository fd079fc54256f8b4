"""Dates of SEARCH, date-times of APPEND and INTERNALDATE."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap.dates import format_date_time, parse_date, parse_date_time


def test_dates():
    """One digit or two, months in any case."""
    assert parse_date("5-Nov-2026") == parse_date("05-nOV-2026") == date(2026, 11, 5)


@pytest.mark.parametrize(
    "text", ["", "5-11-2026", "31-Feb-2026", "0-Jan-2026", "5-Nov-26", "5-Nov-0000", "5-Nov-2026 "]
)
def test_what_is_no_date(text: str):
    """Days that do not exist, too."""
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


def test_date_times():
    """The blank before a single digit, zones on both sides, a leap second."""
    expected = int(datetime(2026, 11, 5, 9, tzinfo=UTC).timestamp() * 1000)
    assert parse_date_time(" 5-Nov-2026 10:00:00 +0100") == expected
    assert parse_date_time("05-Nov-2026 04:30:00 -0430") == expected
    assert parse_date_time("5-Nov-2026 09:00:00 +0000") == expected
    assert parse_date_time("31-Dec-2016 23:59:60 +0000") == parse_date_time("01-Jan-2017 00:00:00 +0000")


@pytest.mark.parametrize(
    "text",
    [
        "5-Nov-2026",
        "05-Nov-2026 25:00:00 +0000",
        "05-Nov-2026 10:61:00 +0000",
        "05-Nov-2026 10:00:61 +0000",
        "05-Nov-2026 10:00:00 +2400",
        "05-Nov-2026 10:00:00 +0060",
        "05-Nov-2026 10:00:00 GMT",
        "05-Xyz-2026 10:00:00 +0000",
        "01-Jan-0001 00:00:00 +0100",
        "31-Dec-9999 23:59:59 -0100",
    ],
)
def test_what_is_no_date_time(text: str):
    """It is refused, not guessed at."""
    with pytest.raises(ValueError, match=r"."):
        parse_date_time(text)


@given(st.integers(-2_000_000_000, 200_000_000_000))
def test_internaldate_reads_back(seconds: int):
    """What FETCH says can be given to APPEND."""
    text = format_date_time(seconds * 1000 + 999).decode()
    assert len(text) == 28
    assert parse_date_time(text.strip('"')) == seconds * 1000


def test_internaldate_looks_like_the_rfc():
    """The day has two places, a blank before one digit."""
    assert format_date_time(1_793_869_200_000) == b'" 5-Nov-2026 09:00:00 +0000"'
