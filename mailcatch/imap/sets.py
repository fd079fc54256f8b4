"""Sequence sets (RFC 3501 §9): the numbers a client names messages by, and their meaning in a view.

A set is kept in one canonical form, so that a megabyte of it costs a few milliseconds and equal sets are equal values.
Everything here is linear in the set, or in the logarithm of the view for each range.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailcatch.store.mailbox_api import Range

HIGHEST = 2**32 - 1
"""The highest UID or sequence number there can be (RFC 3501 §9, nz-number)."""

_END = rb"(?:[1-9][0-9]{0,9}+|\*)"
_ITEM = _END + rb"(?::" + _END + rb")?+"
_SET = re.compile(_ITEM + rb"(?:," + _ITEM + rb")*+")


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """Numbers as a client wrote them.

    `ranges` are those without `*`: inclusive, ascending, neither overlapping nor touching. `star` is the least number n
    of the ranges `n:*`, HIGHEST for `*` alone, None where no `*` is: `n:*` always has the last message in it.
    """

    ranges: tuple[Range, ...] = ()
    star: int | None = None

    @property
    def greatest(self) -> int:
        """Return the greatest number written out, 0 if there is none: beyond the view it is an error by number."""
        return self.ranges[-1][1] if self.ranges else 0

    def within(self, last: int) -> tuple[Range, ...]:
        """Return the set with `*` as `last`, cut off there; nothing if `last` is 0. Ascending, not overlapping."""
        if last < 1:
            return ()
        kept = [(low, min(high, last)) for low, high in self.ranges[: self._reaching(last)]]
        if self.star is None:
            return tuple(kept)
        return merged([*kept, (min(self.star, last), last)])

    def in_view(self, uids: Sequence[int]) -> tuple[Range, ...]:
        """Return a UID set as ranges of sequence numbers of a view: ascending UIDs, the first has number 1."""
        return numbers_of(self.within(uids[-1] if uids else 0), uids)

    def _reaching(self, last: int) -> int:
        return bisect_right(self.ranges, (last, HIGHEST))


def numbers_of(ranges: Iterable[Range], uids: Sequence[int]) -> tuple[Range, ...]:
    """Return the sequence numbers of those UIDs that are in a view; UIDs that are not are passed over."""
    found = []
    for low, high in ranges:
        first, last = bisect_left(uids, low) + 1, bisect_right(uids, high)
        if first <= last:
            found.append((first, last))
    return merged(found)


def uids_of(numbers: Iterable[Range], uids: Sequence[int]) -> tuple[Range, ...]:
    """Return the UIDs of sequence numbers, which must lie in the view: one range for each range.

    A range may span UIDs that have gone; it spans none that the view does not know yet.
    """
    return tuple((uids[low - 1], uids[high - 1]) for low, high in numbers)


def compressed(numbers: Iterable[int]) -> tuple[Range, ...]:
    """Return numbers, in any order, as ascending ranges."""
    return merged((number, number) for number in numbers)


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return ranges in ascending order, those that overlap or touch made one."""
    result: list[Range] = []
    low, high = 0, -1
    for first, last in sorted(ranges):
        if first <= high + 1 and high >= 0:
            high = max(high, last)
            continue
        if high >= 0:
            result.append((low, high))
        low, high = first, last
    if high >= 0:
        result.append((low, high))
    return tuple(result)


def parse_set(text: bytes) -> SequenceSet:
    """Read a set. Raises ValueError, which says what is wrong."""
    if not _SET.fullmatch(text):
        raise ValueError("a set is numbers from 1, `*`, ranges with `:`, and commas between them")
    pieces = text.split(b",")
    if b"*" not in text and b":" not in text:
        return SequenceSet(_checked(compressed(set(map(int, pieces)))))
    fixed: list[Range] = []
    star: int | None = None
    for piece in set(pieces):
        first, _, last = piece.partition(b":")
        last = last or first
        if first == b"*" or last == b"*":
            least = min(HIGHEST if end == b"*" else int(end) for end in (first, last))
            star = least if star is None else min(star, least)
        else:
            low, high = int(first), int(last)
            fixed.append((low, high) if low <= high else (high, low))
    return SequenceSet(_checked(merged(fixed)), star)


def _checked(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    if ranges and ranges[-1][1] > HIGHEST:
        raise ValueError(f"{ranges[-1][1]} is beyond 32 bits")
    return ranges
