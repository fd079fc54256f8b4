"""The UIDs of a mailbox by sequence number, shared by all sessions that see the same.

A numbering never changes: each step gives another one, and remembers it, so that of two hundred sessions that idle in
one mailbox the first pays for a step and the others take it. Removing any number of messages is one pass.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from mailcatch.store.mailbox_api import Range

_FEW = 16
"""So many removals are cut out one by one, which moves memory; more are sieved, which looks at every UID."""


class Numbering:
    """Ascending UIDs; the first has sequence number 1."""

    __slots__ = ("_grown", "_shrunk", "uids")

    def __init__(self, uids: Iterable[int] = ()) -> None:
        self.uids: Sequence[int] = uids if isinstance(uids, array) and uids.typecode == "I" else array("I", uids)
        self._grown: tuple[tuple[int, ...], Numbering] | None = None
        self._shrunk: tuple[tuple[int, ...], Numbering] | None = None

    def __len__(self) -> int:
        return len(self.uids)

    def number(self, uid: int) -> int | None:
        """Return the sequence number of a UID, None if it is not here."""
        place = bisect_left(self.uids, uid)
        return place + 1 if place < len(self.uids) and self.uids[place] == uid else None

    def known(self, uids: Iterable[int]) -> list[int]:
        """Return those of some UIDs that are here, ascending."""
        return sorted({uid for uid in uids if self.number(uid) is not None})

    def count(self, ranges: Iterable[Range]) -> int:
        """Return how many UIDs lie in ranges that do not overlap."""
        return sum(bisect_left(self.uids, high + 1) - bisect_left(self.uids, low) for low, high in ranges)

    def with_more(self, added: tuple[int, ...]) -> Numbering:
        """Return the numbering after messages have come: ascending UIDs above all of these."""
        if self._grown is None or self._grown[0] != added:
            uids = array("I", self.uids)
            uids.extend(added)
            self._grown = added, Numbering(uids)
        return self._grown[1]

    def without(self, gone: tuple[int, ...]) -> Numbering:
        """Return the numbering after messages have gone: UIDs that are all here, ascending."""
        if self._shrunk is None or self._shrunk[0] != gone:
            self._shrunk = gone, Numbering(self._sieved(set(gone)) if len(gone) > _FEW else self._cut(gone))
        return self._shrunk[1]

    def _sieved(self, gone: set[int]) -> array[int]:
        return array("I", [uid for uid in self.uids if uid not in gone])

    def _cut(self, gone: tuple[int, ...]) -> array[int]:
        uids = array("I", self.uids)
        for uid in reversed(gone):
            del uids[bisect_left(uids, uid)]
        return uids
