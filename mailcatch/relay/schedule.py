"""When a deferred recipient is tried again, and when it has been long enough. Pure: counts and times in, times out."""

from __future__ import annotations

from msgspec import Struct

MINUTE = 60_000
HOUR = 60 * MINUTE


class Schedule(Struct, frozen=True):
    """Waits before the second attempt, the third and so on, the last one for all that follow; all in milliseconds."""

    name: str
    waits: tuple[int, ...]
    expire: int

    def next_at(self, tries: int, now: int) -> int:
        """Return when to try again after so many attempts."""
        return now + self.waits[min(tries, len(self.waits)) - 1]


DEV = Schedule("dev", (10_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE), 2 * HOUR)
"""For whoever sits before it."""

REAL = Schedule("real", (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR), 120 * HOUR)
"""As servers do it (RFC 5321 §4.5.4.1 wants four to five days)."""

PROFILES = {each.name: each for each in (DEV, REAL)}
