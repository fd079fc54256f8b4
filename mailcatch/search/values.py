"""The values of terms: moments and sizes as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_RELATIVE = re.compile(r"([0-9]{1,6})([smhdw])")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_LOOSE_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
# RFC 3339, also without seconds and without an offset.
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)

_SIZE = re.compile(r"(\d{1,12})(\.\d{1,3})?\s*(k|m|g)?(i?b)?", re.IGNORECASE | re.ASCII)
_POWERS = {"": 0, "k": 10, "m": 20, "g": 30}
_LARGEST = 2**62  # SQLite's integers have 64 bits


@dataclass(frozen=True, slots=True)
class Now:
    """When and where a query is read: milliseconds since 1970 UTC, and the zone of its dates."""

    at: int
    tz: tzinfo

    def day(self) -> date:
        """Return the day it is there."""
        return datetime.fromtimestamp(self.at / 1000, self.tz).date()


def read_moment(text: str, now: Now) -> int | None:
    """Return the milliseconds since 1970 UTC at which `text` begins, or None if it is no moment.

    `2026`, `2026-11` and `2026-11-01` are spans of the zone, `today` and `yesterday` too; `2026-11-01T09:30+01:00` is
    a moment (RFC 3339, without an offset in the zone); `7d` is so long ago.
    """
    if match := _RELATIVE.fullmatch(text):
        return now.at - int(match[1]) * _UNITS[match[2]]
    try:
        return _milliseconds(text, now)
    except (ValueError, OverflowError):
        return None


def read_span(text: str, now: Now) -> tuple[int, int] | None:
    """Return where a year, a month, a day or a moment begins and where it is over, or None if it is none of them.

    A moment lasts for what it does not say: `2026-11-01T09:30` for a minute.
    """
    begin = read_moment(text, now)
    try:
        return None if begin is None else (begin, _end(text, begin, now))
    except (ValueError, OverflowError):  # the last year of the calendar
        return None


def _end(text: str, begin: int, now: Now) -> int:
    if match := _DAY.fullmatch(text):
        year, month = int(match[1]), int(match[2] or 12)
        last = date(year, month, int(match[3])) if match[3] else date(year + month // 12, month % 12 + 1, 1)
        following = last + timedelta(days=1) if match[3] else last
    elif text.lower() in ("today", "yesterday"):
        following = now.day() + timedelta(days=text.lower() == "today")
    elif match := _STAMP.fullmatch(text):
        return begin + (1 if match[2] else 1_000 if match[1] else 60_000)
    else:
        return begin + 1
    return _instant(datetime(following.year, following.month, following.day, tzinfo=now.tz))


def _milliseconds(text: str, now: Now) -> int | None:
    if text.lower() in ("today", "yesterday"):
        there = now.day() - timedelta(days=text.lower() == "yesterday")
        return _instant(datetime(there.year, there.month, there.day, tzinfo=now.tz))
    if match := _DAY.fullmatch(text):
        return _instant(datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=now.tz))
    if _STAMP.fullmatch(text):
        moment = datetime.fromisoformat(text.upper())
        return _instant(moment if moment.tzinfo else moment.replace(tzinfo=now.tz))
    return None


def _instant(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def moment_like(text: str, now: Now) -> str:
    """Return a date that `text` may have meant, else today's."""
    if match := _LOOSE_DAY.match(text):
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            pass
    return now.day().isoformat()


def read_size(text: str) -> int | None:
    """Return bytes: `4711`, `100k`, `1.5MB` (powers of 1024, with or without B or iB); None if it is no size."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    power = _POWERS[(match[3] or "").lower()]
    thousandths = int(((match[2] or ".")[1:] + "000")[:3])
    return min((int(match[1]) * 1000 + thousandths << power) // 1000, _LARGEST)
