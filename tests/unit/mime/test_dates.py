"""The Date field."""

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.dates import date_of

THEN = 1_795_424_400_000


@pytest.mark.parametrize(
    ("raw", "ms"),
    [
        (b" Mon, 23 Nov 2026 10:00:00 +0100", THEN),
        (b" 23 Nov 2026 04:30:00 -0430 (VET)", THEN),
        (b"Mon, 23 nov 2026 09:00:00 +0000\r\n", THEN),
        (b"23 Nov 2026 09:00:00 GMT", THEN),
        (b"Mon, 23 Nov 2026 09:00 +0000", THEN),
        (b"23 Nov 2026\r\n\t09:00:00 +0000", THEN),
        (b"Mon, 23 Nov 26 04:00:00 EST", THEN),
        (b"Mon, 23 Nov 2026 09:00:00", THEN),
        (b"Thu, 01 Jan 1970 00:00:00 +0000", 0),
        (b"Wed, 31 Dec 1969 23:59:59 +0000", -1000),
        (b"Mon, 31 Feb 2026 10:00:00 +0000", None),
        (b"Mon, 23 Foo 2026 10:00:00 +0000", None),
        (b"Mon, 23 Nov 2026 99:00:00 +0000", None),
        (b"Mon, 23 Nov 0000 10:00:00 +0000", None),
        (b"nonsense", None),
        (b"Mon, 99 Foo 99999 99:99:99", None),
        (b"", None),
        (None, None),
    ],
)
def test_dates(raw: bytes | None, ms: int | None):
    """In milliseconds; without a zone it is UTC, and a date that cannot be read is none."""
    assert date_of(raw) == ms


@given(st.datetimes(), st.integers(-720, 840))
def test_the_usual_form_is_read_as_the_library_does(moment, minutes: int):
    """The short way agrees with the long one on every date."""
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{moment:%d %b} {moment.year:04} {moment:%H:%M:%S} {sign}{hours:02}{rest:02}"
    try:
        expected = int(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return
    assert date_of(text.encode()) == expected or moment.year < 1000  # there a year of two digits is guessed at


@given(st.binary(max_size=60) | st.text(alphabet="MonNv 0123456789:+-,()", max_size=40).map(str.encode))
def test_nothing_raises(data: bytes):
    """Whatever the bytes, there is a number or none."""
    assert isinstance(date_of(data), int | None)
