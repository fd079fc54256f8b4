"""IMAP beside Dovecot on the same mail, with many messages, and with many sessions that wait while mail comes."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Iterator

from tests.bench.idlers import idling
from tests.bench.letters import letters
from tests.bench.load import pour
from tests.bench.raw_imap import Connection
from tests.bench.report import Row, percentile
from tests.bench.smtp import ROUNDS, SECONDS, UNLIMITED, ratio, taking_turns
from tests.bench.stream import TO, prepared, rate
from tests.support.dovecot import Dovecot
from tests.support.sink import Sink, sink

FEW, MANY = 10_000, 100_000
ENVELOPES = "FETCH 1:* (FLAGS ENVELOPE)"
ACCOUNTS = ["all", *(f"box{number}@box.example" for number in range(10))]
SESSIONS = 200


def measure() -> Iterator[Row]:
    """Measure with 10,000 messages, with 100,000, and while 200 sessions idle."""
    yield from beside_dovecot()
    yield from many()
    yield from waiting()


def beside_dovecot() -> Iterator[Row]:
    """Let both answer for the same 10,000 mails in turn, while another session asks NOOP without a pause."""
    mails = list(letters(FEW))
    with Dovecot() as dovecot, sink(*UNLIMITED) as running:
        dovecot.fill(TO, mails)
        pour(running.smtp, mails)
        with Connection(dovecot.imap, TO) as theirs, Connection(running.imap, TO) as ours:
            assert theirs.select() == ours.select() == FEW
            turns = taking_turns(lambda: ours.seconds(ENVELOPES), lambda: theirs.seconds(ENVELOPES))
            mine, other = (statistics.median(side) for side in zip(*turns, strict=True))
            note = f"{mine:.3f} s against {other:.3f} s"
            yield Row(f"{FEW:,} messages, {ENVELOPES}", ratio(turns), "× Dovecot's time", "≤ 1 ×", note)
            with asking(running) as delays:
                for _ in range(ROUNDS):
                    ours.seconds(ENVELOPES)
            note = f"of {len(delays):,}; the worst {max(delays) * 1000:.0f} ms"
            yield Row("NOOP of another session meanwhile, 99 %", percentile(delays, 0.99) * 1000, "ms", "< 50 ms", note)
            yield Row(f"memory with {FEW:,} messages", running.memory() / 1e6, "MB", "< 150 MB", "RSS")


@contextlib.contextmanager
def asking(running: Sink) -> Iterator[list[float]]:
    """Ask NOOP without a pause for the length of a block; the list then holds the seconds of each."""
    delays: list[float] = []
    over = threading.Event()

    def ask() -> None:
        with Connection(running.imap, TO) as connection:
            connection.select()
            while not over.is_set():
                delays.append(connection.seconds("NOOP"))

    thread = threading.Thread(target=ask)
    thread.start()
    yield delays
    over.set()
    thread.join()


def many() -> Iterator[Row]:
    """Open a mailbox of 100,000 messages and ask for all flags; the account is made at the first login."""
    with sink(*UNLIMITED) as running:
        pour(running.smtp, letters(MANY, size=1000))
        start = time.perf_counter()
        with Connection(running.imap, TO) as connection:
            connection.select()
        first = time.perf_counter() - start
        before = running.memory()
        with Connection(running.imap, TO) as connection:
            opened = [connection.seconds("SELECT INBOX") for _ in range(ROUNDS)]
            note = f"the first with its login, which makes the account: {first:.2f} s"
            yield Row(f"{MANY:,} messages, SELECT", statistics.median(opened) * 1000, "ms", "< 100 ms", note)
            asked = [connection.seconds("UID FETCH 1:* (FLAGS)") for _ in range(ROUNDS)]
            yield Row(f"{MANY:,} messages, UID FETCH 1:* (FLAGS)", statistics.median(asked), "s", "< 1 s")
            yield Row("memory that it takes", (running.memory() - before) / 1e6, "MB", "< 60 MB", "RSS grown by")


def waiting() -> Iterator[Row]:
    """Compare ingest with and without sessions in IDLE; each must be told of every mail."""
    small = prepared(letters(1_000))
    missed: list[int] = []
    with sink(*UNLIMITED) as running:

        def alone() -> float:
            return rate(running.smtp, small, seconds=SECONDS, connections=10, once=False, to=ACCOUNTS[1:])

        def disturbed() -> float:
            with idling(running.imap, ACCOUNTS, SESSIONS) as wrong:
                result = alone()
            missed.extend(wrong)
            return result

        rounds = taking_turns(disturbed, alone)
    theirs = statistics.median(side[1] for side in rounds)
    note = f"{theirs:,.0f} mails/s undisturbed; {sum(missed)} sessions were not told of every mail"
    yield Row(f"4 KB mails, 10 connections, {SESSIONS} sessions idle", ratio(rounds), "× undisturbed", "≥ 0.8 ×", note)
