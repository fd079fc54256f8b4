"""From the start of the process to its ready line, and how much memory it has then and after 10,000 mails."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from tests.bench.letters import letters
from tests.bench.load import pour
from tests.bench.report import Row
from tests.support.http import Http
from tests.support.sink import Sink, sink

RUNS = 11
MAILS = 10_000


def measure() -> Iterator[Row]:
    """Measure start and memory."""
    yield Row("start to ready", statistics.median(starts()), "s", "< 0.40 s", f"median of {RUNS}")
    with sink() as running:
        yield Row("memory when idle", settled(running) / 1e6, "MB", "< 80 MB", "RSS")
        pour(running.smtp, letters(MAILS))
        yield Row(f"memory after {MAILS:,} mails", settled(running) / 1e6, "MB", "< 120 MB", "RSS, 4 KB each")


def starts() -> Iterator[float]:
    """Start it again and again; the first start, which fills the caches, does not count."""
    for number in range(RUNS + 1):
        start = time.perf_counter()
        with sink():
            if number:
                yield time.perf_counter() - start


def settled(running: Sink) -> int:
    """Give the memory after every kind of request was answered once."""
    with Http(running.http) as http:
        for path in ("/", "/readyz", "/v1/messages", "/v1/messages?q=invoice", "/v1/counts", "/v1/info"):
            http.get(path)
    return running.memory()
