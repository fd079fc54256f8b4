"""Ingest while the relay waits for servers that say nothing, against ingest by a process whose relay is off."""

from __future__ import annotations

import json
import socket
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.letters import letters
from tests.bench.report import Row
from tests.bench.smtp import SECONDS, UNLIMITED, in_words, ratio, taking_turns
from tests.bench.stream import prepared, rate
from tests.lab.dns import ScriptedDns
from tests.support.sink import Sink, sink
from tests.support.wire import Wire

DEAD = "127.0.0.2"
STUCK = 200
DOMAINS = 8


def measure() -> Iterator[Row]:
    """Let a process with stuck jobs and one without a relay take turns."""
    mails = prepared(letters(1_000))
    with sink(*UNLIMITED) as plain, stuck() as waiting:

        def one(running: Sink) -> float:
            return rate(running.smtp, mails, seconds=SECONDS, connections=10, once=False)

        rounds = taking_turns(lambda: one(waiting), lambda: one(plain))
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    note = f"{STUCK} jobs wait; {in_words(ours, mails)} against {in_words(theirs, mails)}"
    yield Row("4 KB mails, 10 connections, every MX is dead", ratio(rounds), "× relay off", "> 0.95 ×", note)


@contextmanager
def stuck() -> Iterator[Sink]:
    """Run a process whose jobs are all for servers that take the connection and never say a word."""
    with ExitStack() as stack:
        dns = stack.enter_context(ScriptedDns(("127.0.0.1", 0)))
        dead = stack.enter_context(socket.create_server((DEAD, 0), backlog=1000))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number in range(DOMAINS):
            dns.add(f"@ MX 10 mx\nmx A {DEAD}", f"dead{number}.test")
        (folder / "relay.toml").write_text(
            f'[relay]\nenabled = true\nallow = ["*.test"]\nallow_networks = ["{DEAD}/32"]\n'
            f'mx_port = {dead.getsockname()[1]}\n[relay.dns]\nservers = ["127.0.0.1"]\nport = {dns.address[1]}\n'
            "[relay.limits]\nper_hour = 100000\nper_day = 100000\n"
        )
        running = stack.enter_context(sink(*UNLIMITED, "--config", str(folder / "relay.toml")))
        with Wire(running.smtp) as wire:
            for number in range(STUCK):
                to = f"u{number}@dead{number % DOMAINS}.test"
                release(running, wire.send(b"Subject: stuck\r\n\r\nhello\r\n", to=(to,)), to)
        yield running


def release(running: Sink, id: str, to: str) -> None:
    """Release a mail."""
    url, body = f"{running.url}/v1/messages/{id}/release", json.dumps({"to": [to]}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()
