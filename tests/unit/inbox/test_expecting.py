"""When an expectation is decided, by tables of what came when."""

from __future__ import annotations

from math import inf

import pytest
from msgspec.structs import replace

from mailcatch.inbox.accept import Arrival, compose
from mailcatch.inbox.expecting import NONE, Count, Expectation, Progress, asks_for
from mailcatch.model import Envelope, Recipient, Summary
from mailcatch.search.grammar import parse
from mailcatch.search.predicate import Candidate, candidate
from mailcatch.search.query import All

MAIL = compose(Arrival(b"Subject: x\r\n\r\n", Envelope("", (Recipient("bob@x.test"),)), "smtp", 1))


def summary(seq: int) -> Summary:
    return replace(MAIL.summary, seq=seq)


def progress(count: Count, came: list[float], until: bool = False, **more: object) -> Progress:
    """Begin at 100 with a window of 10; messages come at some seconds after that."""
    made = Progress(Expectation(All(), count, 10.0, until=All() if until else None, **more), 100.0)  # type: ignore[arg-type]
    for seq, at in enumerate(came, 1):
        made.add(summary(seq), 100.0 + at)
    return made


@pytest.mark.parametrize(
    ("count", "came", "now", "verdict"),
    [
        (Count(), [], 0, "pending"),
        (Count(), [], 10, "failed"),
        (Count(), [3], 3, "passed"),
        (Count(2), [3], 9, "pending"),
        (Count(2), [3], 10, "failed"),
        (Count(2), [3, 4], 4, "passed"),
        (Count(2, 2), [3, 4], 9, "pending"),
        (Count(2, 2), [3, 4], 10, "passed"),
        (Count(2, 2), [3], 10, "failed"),
        (Count(2, 2), [3, 4, 5], 5, "failed"),
        (Count(2, 2, 0.5), [3, 4], 4.4, "pending"),
        (Count(2, 2, 0.5), [3, 4], 4.5, "passed"),
        (Count(0, 0, 0.5), [], 0.4, "pending"),
        (Count(0, 0, 0.5), [], 0.5, "passed"),
        (Count(0, 3), [1, 2, 3], 9, "pending"),
        (Count(0, 3), [1, 2, 3], 10, "passed"),
        (Count(0, 3), [1, 2, 3, 4], 4, "failed"),
        (NONE, [], 9, "pending"),
        (NONE, [], 10, "passed"),
        (NONE, [1], 1, "failed"),
        (Count(1, 3), [], 10, "failed"),
    ],
)
def test_verdicts(count: Count, came: list[float], now: float, verdict: str) -> None:
    """As soon as nothing more can change it, and not before."""
    assert progress(count, came).verdict(100.0 + now) == verdict


@pytest.mark.parametrize(
    ("came", "sentinel", "now", "verdict"),
    [([], False, 9, "pending"), ([], True, 1, "passed"), ([1], False, 1, "failed"), ([], False, 10, "failed")],
)
def test_until(came: list[float], sentinel: bool, now: float, verdict: str) -> None:
    """Nothing has come when what came after it is there; without that nothing is known."""
    made = progress(NONE, came, until=True)
    made.sentinel = sentinel
    assert made.verdict(100.0 + now) == verdict


def test_strict_wants_one() -> None:
    """Two that match are one too many."""
    assert progress(Count(), [1], strict=True).verdict(101) == "passed"
    assert progress(Count(), [1, 2], strict=True).verdict(102) == "ambiguous"


def test_a_deleted_inbox_decides() -> None:
    """Nothing can come there any more."""
    made = progress(Count(), [1])
    made.deleted = True
    assert made.verdict(101) == "inbox-deleted"


@pytest.mark.parametrize(
    ("count", "pick", "seqs"),
    [
        (Count(), "newest", [3]), (Count(), "oldest", [1]), (Count(2), "newest", [3, 2]), (Count(2), "oldest", [1, 2]),
        (Count(0, 5), "oldest", [1, 2, 3]), (NONE, "newest", []),
    ],
)  # fmt: skip
def test_what_is_given(count: Count, pick: str, seqs: list[int]) -> None:
    """As many as were asked for."""
    made = progress(count, [1, 2, 3], pick=pick)
    assert [each.seq for each in made.picked()] == seqs


def test_when_to_look_again() -> None:
    """At the end of the window, or of the quiet."""
    assert progress(Count(), []).next_look(101) == 110
    assert progress(Count(1, 1, 2.0), [3]).next_look(103) == 105
    assert progress(Count(2, 2, 2.0), [3]).next_look(103) == 110
    assert min(inf, progress(Count(1, 1, 20.0), [3]).next_look(103)) == 110


def seen(**state: object) -> Candidate:
    made = replace(MAIL.summary, **state)
    return candidate(made, MAIL.derived.texts, MAIL.derived.words, MAIL.derived.addresses)


def test_the_bin_and_other_inboxes_are_left_out() -> None:
    """As a list leaves them out."""
    query = parse("rcpt:bob@x.test", now=0)
    assert asks_for(query, None)(seen())
    assert asks_for(query, "default")(seen())
    assert not asks_for(query, "gw0")(seen())
    assert not asks_for(query, None)(seen(binned=True))
    assert asks_for(parse("is:binned", now=0), None)(seen(binned=True))
