"""The queue's only writer: the clock and the limits are its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox.queue import Queue, now
from mailcatch.store.api import Store
from mailcatch.store.relay_api import Caps, Settled
from mailcatch.store.sqlite import open_store
from mailcatch.trace import RecipientResult, TraceEvent
from tests.contract.conftest import added, message
from tests.support.relay import new_job, states

A = "ann@far.test"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store."""
    opened = open_store(tmp_path / "queue.db", Bus())
    yield opened
    opened.close()


def test_the_way_of_a_job(store: Store):
    """Queued, claimed, traced, its dot announced, and ended; then there is nothing left to do."""
    queue = Queue(store, Caps(20, 200))
    id = added(store.add(message()))
    job = queue.enqueue(new_job(id, A, at=now()), seen=3).result(20)
    (claim,) = queue.claim((), 4).result(20).claims
    event = TraceEvent(1, 0, "idna", {"domain": "far.test"})
    queue.trace(claim, [event]).result(20)
    queue.dot(claim).result(20)
    assert store.relay_job(job.id).attempts[0].phase == "dot"
    result = RecipientResult(claim.recipients[0].number, A, "sent", 250)
    queue.end(claim, [Settled(result)], "1 sent", [event]).result(20)
    assert states(store, job) == {A: "sent"}
    assert queue.claim((), 4).result(20).claims == ()
    assert queue.recover().result(20) == 0
    assert queue.follow(9).result(20) == 3
    queue.read_until(None).result(20)
    assert queue.follow(9).result(20) == 9


def test_limits_are_its_own(store: Store):
    """What is over is held, and acts are bound by the same limits."""
    queue = Queue(store, Caps(1, 200))
    id = added(store.add(message()))
    first, second = (queue.enqueue(new_job(id, A, at=now())).result(20) for _ in range(2))
    assert states(store, second) == {A: "held"}
    assert queue.act(first.id, "cancel", (), actor="tester").result(20).recipients[0].state == "cancelled"


def test_pause_and_notes_and_who_is_told(store: Store):
    """What else is written goes the same way; a worker hears of all that may make something due."""
    queue, told = Queue(store, Caps(20, 200)), list[str]()
    queue.changed = lambda: told.append("changed")
    job = queue.enqueue(new_job(added(store.add(message())), A, at=now())).result(20)
    queue.act(job.id, "hold", (), actor="tester").result(20)
    queue.pause(paused=True, actor="tester").result(20)
    queue.note("tester", "probe", {}).result(20)
    assert [each.act for each in store.relay_audit()] == ["probe", "pause", "hold", "enqueue"]
    assert told == ["changed"] * 3


def test_the_clock():
    """Times are milliseconds since 1970."""
    assert abs(now() - time.time() * 1000) < 60_000
