"""The Date field (RFC 5322 §3.3)."""

from __future__ import annotations

import re
from datetime import UTC, date

_MONTHS = {b"janfebmaraprmayjunjulaugsepoctnovdec"[3 * month : 3 * month + 3]: month + 1 for month in range(12)}
_EPOCH = date(1970, 1, 1).toordinal()
_USUAL = re.compile(
    rb"[ \t]*+(?:[A-Za-z]{3},[ \t]++)?+(\d{1,2}+)[ \t]++([A-Za-z]{3})[ \t]++(\d{4})[ \t]++"
    rb"(\d\d):(\d\d):(\d\d)[ \t]++([+-])(\d\d)(\d\d)(?:[ \t]++\([^()]{0,40}+\))?+[ \t]*+\Z"
)
_LONGEST = 200


def date_of(value: bytes | None) -> int | None:
    """Return a Date field in milliseconds since 1970, None if it is absent or cannot be read."""
    if value is None:
        return None
    usual = _USUAL.match(value) if len(value) <= _LONGEST else None
    return _unusual(value[:_LONGEST]) if usual is None else _milliseconds(usual)


def _milliseconds(match: re.Match[bytes]) -> int | None:
    day, month, year, hour, minute, second, sign, east, past = match.groups()
    try:
        days = date(int(year), _MONTHS[month.lower()], int(day)).toordinal() - _EPOCH
    except (ValueError, KeyError):
        return None
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60 or int(past) > 59:
        return None
    offset = (int(east) * 60 + int(past)) * (-1 if sign == b"-" else 1)
    return 1000 * (days * 86_400 + int(hour) * 3600 + (int(minute) - offset) * 60 + int(second))


def _unusual(value: bytes) -> int | None:
    """Read what is older or odder than the grammar; the library that can is not loaded before it is needed."""
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(" ".join(value.decode("latin-1").split()))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return int(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
