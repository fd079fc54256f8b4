"""Waiting on the server: how soon each of two hundred waiters has its answer, and what a list costs meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future

from tests.bench.report import Row, percentile
from tests.support.sink import Sink, sink
from tests.support.websocket import WebSocket
from tests.support.wire import Wire

WAITERS, LIVE, ROUNDS = 200, 40, 5


def measure() -> Iterator[Row]:
    """Measure with all places for waiters taken, and forty live connections."""
    took: list[float] = []
    lists: list[float] = []
    with sink("--quiet") as running, following(running), Wire(running.smtp) as wire:
        for round_ in range(ROUNDS):
            with waiters(running, round_) as answered:
                ask_lists(running, lists)
                for number in range(WAITERS):
                    wire.send(b"Subject: x\r\n\r\n", to=[address(round_, number)])
                    acknowledged = time.perf_counter()
                    took.append(max(0.0, answered[number].result() - acknowledged))
    note = f"{len(took):,} answers; {LIVE} live connections"
    yield Row("mail to its waiter, of 200, 95 %", percentile(took, 0.95) * 1000, "ms", "< 20 ms", note)
    yield Row("a list meanwhile, 95 %", percentile(lists, 0.95) * 1000, "ms", "< 50 ms", f"of {len(lists)}")


def address(round_: int, number: int) -> str:
    """Give the address that one waiter waits for."""
    return f"w{round_}-{number}@box.example"


@contextlib.contextmanager
def following(running: Sink) -> Iterator[None]:
    """Follow the log by websocket, as open pages do."""
    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(WebSocket(running.http, "/v1/live")) for _ in range(LIVE)]
        threads = [threading.Thread(target=drain, args=(page,), daemon=True) for page in pages]
        for thread in threads:
            thread.start()
        yield


def drain(page: WebSocket) -> None:
    """Read whatever comes."""
    with contextlib.suppress(Exception):
        while True:
            page.frame()


@contextlib.contextmanager
def waiters(running: Sink, round_: int) -> Iterator[list[Future[float]]]:
    """Wait for all addresses of a round; each future tells when the answer was there."""
    ready = threading.Barrier(WAITERS + 1)
    answered: list[Future[float]] = [Future() for _ in range(WAITERS)]

    def wait(number: int) -> None:
        connection = http.client.HTTPConnection(*running.http, timeout=60)
        body = json.dumps({"query": {"to": address(round_, number)}, "within": 50})
        connection.request("POST", "/v1/wait", body, {"Content-Type": "application/json"})
        ready.wait()
        answer = connection.getresponse()
        answered[number].set_result(time.perf_counter())
        assert answer.status == 200, answer.read()
        connection.close()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(WAITERS)]
    for thread in threads:
        thread.start()
    ready.wait()
    yield answered
    for thread in threads:
        thread.join()


def ask_lists(running: Sink, lists: list[float]) -> None:
    """Ask for a page, over one connection."""
    connection = http.client.HTTPConnection(*running.http, timeout=60)
    for _ in range(100):
        begun = time.perf_counter()
        connection.request("GET", "/v1/messages")
        connection.getresponse().read()
        lists.append(time.perf_counter() - begun)
    connection.close()
