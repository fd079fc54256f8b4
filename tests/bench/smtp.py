"""Ingest, against aiosmtpd with a handler that discards: the two take turns, so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from tests.bench.letters import letter, letters
from tests.bench.null_sink import null_sink
from tests.bench.report import Row
from tests.bench.searcher import searching
from tests.bench.stream import prepared, rate
from tests.support.sink import Sink, sink

ROUNDS = 7
SECONDS = 1.5
QUIET = 0.5
"""Seconds after each turn in which a server may tidy up, so that it does not do so at the other one's cost."""
LARGE = 10 << 20
UNLIMITED = ("--max-messages", "none", "--max-bytes", "none", "--quiet")

Rates = list[tuple[float, float]]


def measure() -> Iterator[Row]:
    """Measure small mail over kept and over single connections, large mail, and small mail while somebody searches."""
    small = prepared(letters(1_000))
    for connections in (1, 10, 50):
        what = f"4 KB mails, {connections} kept connection{'s' * (connections > 1)}"
        yield against_null(what, "≥ 0.7 ×", small, connections=connections, once=False)
    for connections in (1, 10):
        what = f"4 KB mails, a connection each, {connections} at a time"
        yield against_null(what, "≥ 1.0 ×", small, connections=connections, once=True)
    large = prepared([letter(1, "large", "large", LARGE)])
    yield against_null("10 MB mails, 1 connection", "≥ 3 ×", large, connections=1, once=False)
    with sink(*UNLIMITED) as running:
        yield while_searching(running, small)


def against_null(what: str, goal: str, mails: list[bytes], *, connections: int, once: bool) -> Row:
    """Let both servers take turns; the row is the median of the rounds' ratios."""
    with sink(*UNLIMITED) as running, null_sink() as null:

        def one(address: tuple[str, int]) -> float:
            return rate(address, mails, seconds=SECONDS, connections=connections, once=once)

        rounds = taking_turns(lambda: one(running.smtp), lambda: one(null))
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    return Row(what, ratio(rounds), "× null sink", goal, f"{in_words(ours, mails)} against {in_words(theirs, mails)}")


def in_words(per_second: float, mails: list[bytes]) -> str:
    """Spell a rate: in mails, or in megabytes where they are large."""
    size = len(mails[0])
    return f"{per_second:,.0f} mails/s" if size < 1 << 20 else f"{per_second * size / 1e6:,.0f} MB/s"


def while_searching(running: Sink, mails: list[bytes]) -> Row:
    """Compare rounds with and without a client that searches without a pause."""
    searches: list[int] = []

    def alone() -> float:
        return rate(running.smtp, mails, seconds=SECONDS, connections=10, once=False)

    def disturbed() -> float:
        with searching(running.http) as count:
            result = alone()
        searches.extend(count)
        return result

    rounds = taking_turns(disturbed, alone)
    note = f"{statistics.median(searches) / SECONDS:,.0f} searches/s meanwhile"
    return Row("4 KB mails, 10 connections, one client searching", ratio(rounds), "× undisturbed", "≥ 0.5 ×", note)


def taking_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> Rates:
    """Run both again and again, the first round for nothing: it warms caches."""
    return [(_and_rest(ours), _and_rest(theirs)) for _ in range(ROUNDS + 1)][1:]


def _and_rest(turn: Callable[[], float]) -> float:
    result = turn()
    time.sleep(QUIET)  # noqa: TID251 - no event tells that a process has nothing to do
    return result


def ratio(rounds: Rates) -> float:
    """Give the median of the ratios."""
    return statistics.median(ours / theirs for ours, theirs in rounds)
