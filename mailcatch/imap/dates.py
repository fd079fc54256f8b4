"""Dates and date-times of IMAP (RFC 3501 §9): `5-Nov-2026` and `" 5-Nov-2026 10:00:00 +0100"`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name.lower(): number for number, name in enumerate(_NAMES, 1)}
_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # so that it is a date in every zone
_DATE = re.compile(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\Z")
_DATE_TIME = re.compile(
    r"([ 0-9]?[0-9]-[A-Za-z]{3}-[0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})\Z"
)


def parse_date(text: str) -> date:
    """Read a date of SEARCH. Raises ValueError."""
    match = _DATE.match(text)
    if match is None or match[2].lower() not in _MONTHS:
        raise ValueError("a date is written like 5-Nov-2026")
    return date(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))


def parse_date_time(text: str) -> int:
    """Read the date-time of APPEND; return milliseconds since 1970. Raises ValueError."""
    match = _DATE_TIME.match(text)
    if match is None:
        raise ValueError('a date-time is written like " 5-Nov-2026 10:00:00 +0100"')
    day = parse_date(match[1].lstrip(" "))
    hour, minute, second = (int(match[group]) for group in (2, 3, 4))
    if int(match[7]) > 59 or second > 60:
        raise ValueError("minutes go to 59, seconds to 60")
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"the year is from {_FIRST_YEAR} to {_LAST_YEAR}")
    east = timedelta(hours=int(match[6]), minutes=int(match[7])) * (-1 if match[5] == "-" else 1)
    moment = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=timezone(east))
    return round((moment.timestamp() + (second == 60)) * 1000)


def format_date_time(at: int) -> bytes:
    """Return milliseconds since 1970 as INTERNALDATE, with its quotes, in UTC."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return b'"%2d-%s-%04d %02d:%02d:%02d +0000"' % (
        moment.day,
        _NAMES[moment.month - 1].encode("ascii"),
        moment.year,
        moment.hour,
        moment.minute,
        moment.second,
    )
