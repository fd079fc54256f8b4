"""What somebody waits for, and when it is decided: pure, so that tables can test it. Times are monotonic seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from mailcatch.model import Summary
from mailcatch.search.predicate import Candidate, Predicate, predicate
from mailcatch.search.query import Query, mentions_bin

Verdict = Literal["passed", "failed", "ambiguous", "pending", "inbox-deleted"]
Pick = Literal["newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages must match: `least` at least, `most` at most (None: any number).

    With `settle` seconds of quiet after the last of them it is decided before the window is over.
    """

    least: int = 1
    most: int | None = None
    settle: float | None = None


ONE = Count()
NONE = Count(0, 0)


@dataclass(frozen=True, slots=True)
class Expectation:
    """Which mail is expected after seq `since`, how often, and within how many seconds.

    `until` is a sentinel: once it has come, nothing more is waited for. `strict` wants one match and no more. `pick`
    says which of several are given.
    """

    query: Query
    count: Count = ONE
    within: float = 10.0
    since: int = 0
    inbox: str | None = None
    until: Query | None = None
    strict: bool = False
    pick: Pick = "newest"

    @property
    def enough(self) -> int:
        """After how many matches no further one can change the outcome."""
        return max(self.count.least, self.count.most or 0, 1) + 1


def asks_for(query: Query, inbox: str | None) -> Predicate:
    """Return what a list with that query and inbox holds: the Bin only if the query asks for it."""
    matches, with_bin = predicate(query), mentions_bin(query)

    def asked(message: Candidate) -> bool:
        return (with_bin or not message.binned) and (inbox is None or inbox in message.inboxes) and matches(message)

    return asked


@dataclass(slots=True)
class Progress:
    """How far an expectation has come. `matched` are the messages that match, oldest first, as far as they count."""

    expectation: Expectation
    began: float
    matched: list[Summary] = field(default_factory=list)
    last: float = 0.0  # when the last match came
    sentinel: bool = False
    deleted: bool = False  # the inbox it looks in

    def __post_init__(self) -> None:
        """Begin with the window."""
        self.last = self.began

    @property
    def deadline(self) -> float:
        """When the window is over."""
        return self.began + self.expectation.within

    def add(self, summary: Summary, now: float) -> None:
        """Count one more match."""
        self.matched.append(summary)
        self.last = now

    def verdict(self, now: float) -> Verdict:
        """Return what is decided at a time; once decided it stays so."""
        if self.deleted:
            return "inbox-deleted"
        if (too_many := self._too_many()) is not None:
            return too_many
        if self.expectation.until is not None:
            return self._until(now)
        if self._fulfilled(now):
            return "passed"
        if now < self.deadline:
            return "pending"
        return "passed" if self.expectation.count.most is not None and self._complete else "failed"

    def _too_many(self) -> Verdict | None:
        count, found = self.expectation.count, len(self.matched)
        if count.most is not None and found > count.most:
            return "failed"
        return "ambiguous" if self.expectation.strict and found > max(1, count.least) else None

    def next_look(self, now: float) -> float:
        """Return when it may be decided without any further mail."""
        settle = self.expectation.count.settle
        quiet = self.last + settle if settle is not None and self._complete else inf
        return min(self.deadline, max(now, quiet))

    def picked(self) -> list[Summary]:
        """Return the matches that are given: as many as were asked for, the newest or the oldest of them."""
        count = self.expectation.count
        many = count.least if count.most is None else count.most
        if self.expectation.pick == "oldest":
            return self.matched[:many]
        return self.matched[::-1][:many]

    @property
    def _complete(self) -> bool:
        return len(self.matched) >= self.expectation.count.least

    def _fulfilled(self, now: float) -> bool:
        count = self.expectation.count
        if not self._complete:
            return False
        if count.most is None:
            return True
        return count.settle is not None and now - self.last >= count.settle

    def _until(self, now: float) -> Verdict:
        if self.sentinel:
            return "passed" if self._complete else "failed"
        return "pending" if now < self.deadline else "failed"
