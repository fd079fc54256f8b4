"""The inboxes as the writer knows them, so that a batch of mail need not ask the database which there are.

A value that goes with the writer's state: a batch that fails leaves it as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from msgspec import Struct

from mailcatch.store.api import Destination

DEFAULT = "default"
"""The inbox that is always there, under number 1."""

MOST_AUTOMATIC = 1_000
"""How many inboxes mail may make by itself; beyond, the least recently used are forgotten …"""

AT_ONCE = 50
"""… so many at one time, for each time costs a statement or two."""

MOST_MADE = 10_000
"""How many somebody may have asked for."""


class Known(Struct, frozen=True):
    """An inbox; `used_at` is when mail last came, to a few seconds."""

    number: int
    automatic: bool
    used_at: int
    expires_at: int | None = None


class KnownInboxes(Struct, frozen=True):
    """All inboxes by name. `next_number` was never used in this process: an inbox is known again by its number."""

    by_name: Mapping[str, Known]
    next_number: int

    def of(self, destination: Destination) -> tuple[str, ...]:
        """Return the inboxes that a message goes to; those that are not there are to be made."""
        if destination.named:
            return destination.named
        return tuple([name for name in destination.addressed if name in self.by_name]) or destination.fallback

    def number(self, name: str) -> int | None:
        """Return the number of an inbox, None if it is not there."""
        known = self.by_name.get(name)
        return None if known is None else known.number

    def having(self, name: str, known: Known) -> KnownInboxes:
        """Return these with one that is new, or has changed."""
        return KnownInboxes({**self.by_name, name: known}, max(self.next_number, known.number + 1))

    def without(self, names: Iterable[str]) -> KnownInboxes:
        """Return these without some."""
        gone = frozenset(names)
        return KnownInboxes({name: each for name, each in self.by_name.items() if name not in gone}, self.next_number)

    def crowded_out(self, sparing: Iterable[str]) -> list[str]:
        """Return the automatic ones that must go, the least recently used first; as a rule there are none."""
        if len(self.by_name) <= MOST_AUTOMATIC:
            return []
        spared = frozenset(sparing)
        automatic = [(each.used_at, each.number, name) for name, each in self.by_name.items() if each.automatic]
        if len(automatic) <= MOST_AUTOMATIC:
            return []
        oldest = sorted(each for each in automatic if each[2] not in spared)
        return [name for _, _, name in oldest[: len(automatic) - MOST_AUTOMATIC + AT_ONCE - 1]]

    def expired(self, now: int) -> list[str]:
        """Return those whose time is over at `now`, milliseconds since 1970."""
        return [name for name, each in self.by_name.items() if each.expires_at is not None and each.expires_at <= now]

    def next_expiry(self) -> int | None:
        """Return when the next one expires, None if none does."""
        return min((each.expires_at for each in self.by_name.values() if each.expires_at is not None), default=None)

    def made(self) -> int:
        """Return how many somebody has asked for."""
        return sum(not each.automatic for each in self.by_name.values())


ONLY_DEFAULT = KnownInboxes({DEFAULT: Known(1, automatic=False, used_at=0)}, 2)
"""What a new database has."""


def read_known(connection: sqlite3.Connection) -> KnownInboxes:
    """Read them once, when the file is opened."""
    rows = connection.execute("SELECT name, number, automatic, used_at, expires_at FROM inboxes")
    known = {
        name: Known(number, bool(automatic), used_at, expires_at)
        for name, number, automatic, used_at, expires_at in rows
    }
    return KnownInboxes(known, max((each.number for each in known.values()), default=0) + 1)
