"""Reading the queue: pages, states, attempts."""

from __future__ import annotations

import pytest

from mailcatch.errors import NotFound
from mailcatch.ids import new_id
from tests.contract.conftest import message
from tests.support.relay import NOW, claimed, ended, enqueued
from tests.unit.store.conftest import Opened


def test_pages(opened: Opened):
    """Newest first, bounded, and by a state of any recipient."""
    (id,) = opened.add(message("one"))
    jobs = [enqueued(opened.store, id, f"ann@{number}.test") for number in range(5)]
    newest = opened.store.relay_jobs(limit=2)
    assert [each.id for each in newest.jobs] == [jobs[4].id, jobs[3].id]
    rest = opened.store.relay_jobs(before=newest.before)
    assert ([each.id for each in rest.jobs], rest.before) == ([jobs[2].id, jobs[1].id, jobs[0].id], None)
    ended(opened.store, claimed(opened.store, limit=1)[0])
    assert [each.id for each in opened.store.relay_jobs(state="sent").jobs] == [jobs[0].id]
    assert len(opened.store.relay_jobs(state="queued").jobs) == 4
    assert [each.id for each in opened.store.relay_jobs_of(id)] == [each.id for each in jobs]
    assert opened.store.relay_jobs_of(new_id()) == ()


def test_the_state(opened: Opened):
    """All nine states are counted, and what was let go in an hour and a day."""
    (id,) = opened.add(message("one"))
    enqueued(opened.store, id, "ann@far.test", "bob@far.test")
    state = opened.store.relay_state(NOW)
    assert state.counts["queued"] == 2
    assert len(state.counts) == 9
    assert not state.paused


def test_limits_count_by_time(opened: Opened):
    """After an hour what was let go counts for the day only."""
    (id,) = opened.add(message("one"))
    enqueued(opened.store, id, "ann@far.test")
    at = opened.store.events(0).events[-1].at
    now, hour, day = (opened.store.relay_state(at + later) for later in (0, 3_600_001, 86_400_001))
    assert [(each.hour, each.day) for each in (now, hour, day)] == [(1, 1), (0, 1), (0, 0)]


def test_what_is_not_there(opened: Opened):
    """A job and an attempt that are none are NotFound."""
    (id,) = opened.add(message("one"))
    job = enqueued(opened.store, id, "ann@far.test")
    with pytest.raises(NotFound):
        opened.store.relay_job(new_id())
    for n in (-1, 0, 1):
        with pytest.raises(NotFound):
            opened.store.relay_attempt(job.id, n)


def test_whether_anything_has_left(opened: Opened):
    """Not when it was queued, tried or put off; from the dot on it may have."""
    (id,) = opened.add(message("one"))
    assert not opened.store.relay_has_left()
    enqueued(opened.store, id, "ann@far.test")
    (claim,) = claimed(opened.store)
    assert not opened.store.relay_has_left()
    opened.store.relay_dot(claim.attempt).result(20)
    assert opened.store.relay_has_left()
    ended(opened.store, claim, "deferred", next_at=NOW)
    assert not opened.store.relay_has_left()
    ended(opened.store, claimed(opened.store)[0])
    assert opened.store.relay_has_left()
