"""Why no mail matched: the messages that came nearest, leaf by leaf, and what SMTP saw meanwhile."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailcatch.errors import MailcatchError
from mailcatch.inbox.expecting import Expectation, Progress
from mailcatch.inbox.judging import Condition, Leaf, conditions_of, described, judged, looked_closer, stamp
from mailcatch.inbox.refusals import Fruitless, Refusal, SmtpSeen, smtp_since
from mailcatch.inbox.telling import Findings, Near, told
from mailcatch.search.query import mentions_bin
from mailcatch.store.api import Gone, Reader, Seen

__all__ = ["Explanation", "Fruitless", "Leaf", "Near", "Refusal", "SmtpSeen", "explain"]

NEAREST = 3
"""How many messages an explanation shows."""

LOOKED_AT = 500
"""The newest messages, among which the nearest are looked for, beside those that are gone."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an expectation is not fulfilled: as data, and as text for people."""

    criteria: tuple[str, ...]
    nearest: tuple[Near, ...]
    smtp: SmtpSeen
    text: str


@dataclass(frozen=True, slots=True)
class _Scope:
    """What was asked for, and since when (milliseconds since 1970; 0 is ever)."""

    expectation: Expectation
    conditions: Sequence[Condition]
    began: int


def explain(store: Reader, progress: Progress, listeners: Sequence[str]) -> Explanation:
    """Explain what is there, or was, and does not match. `listeners` are SMTP's, as `host:port`.

    Raises what reading raises.
    """
    expectation = progress.expectation
    began = _began(store, expectation)
    scope = _Scope(expectation, tuple(conditions_of(expectation.query)), began)
    matched = {summary.id for summary in progress.matched}
    seen, gone = store.newest(LOOKED_AT), store.gone()
    candidates = [(each, None) for each in seen] + [(each.seen, each) for each in gone]
    near = [(_near(each, grave, scope), each) for each, grave in candidates if each.summary.id not in matched]
    nearest = [
        _closer(found, each, scope)
        for found, each in heapq.nsmallest(NEAREST, near, key=lambda pair: _rank(pair[0]))
        if any(leaf.passed or leaf.distance < 1 for leaf in found.leaves)
    ]
    smtp = smtp_since(store, began)
    criteria = tuple(map(described, scope.conditions))
    since = f"{store.epoch}.{expectation.since}" if expectation.since > 0 else None
    text = told(progress, Findings(criteria, nearest, smtp, len(candidates), listeners, began, since))
    return Explanation(criteria, tuple(nearest), smtp, text)


def _began(store: Reader, expectation: Expectation) -> int:
    """Return when the first message that counts could come, in milliseconds since 1970; 0 is ever."""
    if expectation.since <= 0:
        return 0
    before = store.events(expectation.since - 1, 1).events
    return before[0].at if before else 0


def _near(seen: Seen, grave: Gone | None, scope: _Scope) -> Near:
    leaves = [judged(seen, condition, gone=grave is not None) for condition in scope.conditions]
    return Near(seen.summary, (*leaves, *_places(seen, grave, scope)))


def _rank(near: Near) -> tuple[float, int]:
    missed = sum(min(1.0, 0.5 + leaf.distance) for leaf in near.leaves if not leaf.passed)
    return missed, -near.summary.seq


def _closer(near: Near, seen: Seen, scope: _Scope) -> Near:
    """Open the few messages that are shown, for reasons that are to be found inside."""
    leaves = [
        looked_closer(seen, condition, leaf) for condition, leaf in zip(scope.conditions, near.leaves, strict=False)
    ]
    places = [_with_user(leaf, seen) for leaf in near.leaves[len(leaves) :]]
    return replace(near, leaves=(*leaves, *places))


def _with_user(leaf: Leaf, seen: Seen) -> Leaf:
    """Say as whom the client logged in, where that may have decided about the inbox."""
    if leaf.field != "inbox":
        return leaf
    try:
        users = seen.candidate.contents.values("user", "")
    except MailcatchError:
        return leaf
    return replace(leaf, why=f"{leaf.why}, AUTH user {users[0]!r}") if users else leaf


def _places(seen: Seen, grave: Gone | None, scope: _Scope) -> Iterator[Leaf]:
    """Yield what is wrong with where a message is: before the cursor, in another inbox, in the Bin, gone."""
    summary, expectation = seen.summary, scope.expectation
    if summary.seq <= expectation.since:
        ago = max(0, scope.began - summary.received_at) / 1000
        arrived = stamp(summary.received_at)
        yield Leaf("since", ">", "the cursor", arrived, False, f"it came {ago:.1f} s BEFORE the cursor", 0.2)
    if expectation.inbox is not None and expectation.inbox not in summary.inboxes:
        actual = ", ".join(summary.inboxes)
        why = f"it is only in inbox {actual}" if actual else "it is in no inbox"
        yield Leaf("inbox", "=", repr(expectation.inbox), actual, False, why, 0.2)
    if summary.binned and not mentions_bin(expectation.query):
        yield Leaf("is", "not", "'binned'", "binned", False, "it is in the Bin", 0.2)
    if grave is not None:
        why = f"{_GONE[grave.how]} at {stamp(grave.at)}"
        yield Leaf("is", "not", f"'{grave.how}'", grave.how, False, why, 0.2)


_GONE = {
    "deleted": "it was deleted",
    "pruned": "it was pruned by retention",
    "expunged": "it was expunged by a mail program",
}
