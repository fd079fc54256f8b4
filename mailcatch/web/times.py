"""Times in the API: RFC 3339 out, durations and RFC 3339 in."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DURATION = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)(?P<unit>ms|s|m|h|d)\Z")
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def rfc3339(ms: int) -> str:
    """Return milliseconds since 1970 as RFC 3339 in UTC with milliseconds; years beyond 9999 as the last one."""
    try:
        at = datetime.fromtimestamp(ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        at = datetime.max if ms > 0 else datetime.min
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z" if at.year > 999 else f"{at.year:04}{at:-%m-%dT%H:%M:%S}.000Z"


def duration(text: str) -> int | None:
    """Return the milliseconds of `300ms`, `30s`, `10m`, `2h`, `7d`; None if the text is no duration."""
    match = _DURATION.match(text)
    return round(float(match["number"]) * _MILLISECONDS[match["unit"]]) if match else None


def moment(text: str) -> int | None:
    """Return the milliseconds since 1970 of an RFC 3339 time with its zone; None if the text is none."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if parsed.tzinfo is None else round(parsed.timestamp() * 1000)
