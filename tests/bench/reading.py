"""Reading over HTTP with 100,000 messages in the database, each time right after a new one came."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.letters import COMMON, EACH_COMMON, EACH_RARE, RARE, letter, letters
from tests.bench.load import pour
from tests.bench.report import Row, percentile
from tests.support.http import Http
from tests.support.sink import sink
from tests.support.wire import Wire

MESSAGES = 100_000
REPEATS = 100


@dataclass(frozen=True, slots=True)
class Client:
    """Asks right after a new mail came, so that no answer is one that was kept."""

    http: Http
    wire: Wire

    def ask(self, what: str, path: str, goal: str, expected: int | None) -> Row:
        """Ask one question often; the row is the median in milliseconds, 99 % in its remark."""
        first = self.http.get(path)
        assert first.status == 200, first
        assert expected is None or len(first.json()["messages"]) == expected, path
        seconds = []
        for number in range(REPEATS):
            self.wire.send(letter(number, "one more", "one more", 1000))
            seconds.append(self.http.get(path).seconds)
        note = f"99 % under {percentile(seconds, 0.99) * 1000:.1f} ms"
        return Row(f"{what} of {MESSAGES:,}", statistics.median(seconds) * 1000, "ms", goal, note)


def measure() -> Iterator[Row]:
    """Fill a database, then ask the questions that a page and a test suite ask."""
    with sink("--max-messages", "none", "--max-bytes", "none") as running:
        taken = pour(running.smtp, letters(MESSAGES))
        assert len(taken) == MESSAGES
        with Http(running.http) as http, Wire(running.smtp) as wire:
            client = Client(http, wire)
            before = deep(http, MESSAGES // 2)
            newest = http.get("/v1/messages?limit=1").json()["messages"][0]["id"]
            yield client.ask("page of 50, first", "/v1/messages?limit=50", "< 6 ms", 50)
            yield client.ask("page of 50, deep", f"/v1/messages?limit=50&before={before}", "< 13 ms", 50)
            yield client.ask("search: a rare word", f"/v1/messages?q={RARE}", "< 50 ms", MESSAGES // EACH_RARE)
            common = f"search: a word in one of {EACH_COMMON}"
            yield client.ask(common, f"/v1/messages?q={COMMON}", "< 50 ms", 50)
            yield client.ask("one message, whole", f"/v1/messages/{newest}", "< 5 ms", None)
            yield client.ask("counts for the side bar", "/v1/counts", "", None)


def deep(http: Http, depth: int) -> str:
    """Page down `depth` messages and give the cursor that is there."""
    before = ""
    for _ in range(depth // 1000):
        before = http.get(f"/v1/messages?limit=1000{before and '&before='}{before}").json()["before"]
    return before
