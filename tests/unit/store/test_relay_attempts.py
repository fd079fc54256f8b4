"""Attempts: claimed by domain, durable before the dot, resumed after a crash."""

from __future__ import annotations

import pytest

from mailcatch.errors import Conflict
from mailcatch.store.relay_api import Settled
from mailcatch.trace import RecipientResult, TraceEvent
from tests.contract.conftest import message
from tests.support.relay import CAPS, NOW, claimed, ended, enqueued, states
from tests.unit.store.conftest import Opened

A, B, C = "ann@far.test", "bob@far.test", "eve@away.test"


@pytest.fixture
def id(opened: Opened) -> str:
    """Give the id of a stored message."""
    return opened.add(message("one"))[0]


def test_one_claim_has_all_recipients_of_a_domain(opened: Opened, id: str):
    """A job's recipients in one domain go in one transaction."""
    job = enqueued(opened.store, id, A, C, B)
    claims = claimed(opened.store)
    assert [(each.domain, [to.address for to in each.recipients], each.n) for each in claims] == [
        ("far.test", [A, B], 1),
        ("away.test", [C], 2),
    ]
    assert states(opened.store, job) == dict.fromkeys((A, C, B), "active")
    assert claimed(opened.store) == ()


def test_one_attempt_a_domain_in_the_order_of_their_times(opened: Opened, id: str):
    """The longest due comes first; a domain that is busy waits, and so does what is not due."""
    later = enqueued(opened.store, id, A, at=NOW + 1)
    earlier = enqueued(opened.store, id, A, at=NOW)
    enqueued(opened.store, id, A, at=NOW + 9)
    found = opened.store.relay_claim(NOW + 2, (), 4).result(20)
    assert ([each.job for each in found.claims], found.next_at) == ([earlier.id], NOW + 9)
    assert claimed(opened.store, NOW + 2, busy=("far.test",)) == ()
    assert [each.job for each in claimed(opened.store, NOW + 2)] == [later.id]


def test_the_limit_of_attempts_at_once(opened: Opened, id: str):
    """No more are begun than asked for."""
    enqueued(opened.store, id, *[f"ann@{number}.test" for number in range(6)])
    assert len(claimed(opened.store, limit=4)) == 4
    assert len(claimed(opened.store, limit=4)) == 2


def test_a_deferred_recipient_is_tried_again_in_its_time(opened: Opened, id: str):
    """Its attempts are counted, and the result before is kept meanwhile."""
    job = enqueued(opened.store, id, A)
    ended(opened.store, claimed(opened.store)[0], "deferred", next_at=NOW + 10)
    (recipient,) = opened.store.relay_job(job.id).recipients
    assert (recipient.state, recipient.attempts, recipient.next_at, recipient.code) == ("deferred", 1, NOW + 10, 451)
    assert claimed(opened.store, NOW + 9) == ()
    (claim,) = claimed(opened.store, NOW + 10)
    assert (claim.n, claim.tries) == (2, 2)


def test_a_retry_after_a_failed_handshake_may_be_plain(opened: Opened, id: str):
    """It is known from the trace of the attempt before, to that domain only."""
    enqueued(opened.store, id, A, C)
    first, other = claimed(opened.store)
    assert not first.plain_allowed
    opened.store.relay_trace(first.attempt, [TraceEvent(1, 3, "tls.fail", {"error": "garbage"})]).result(20)
    for claim in (first, other):
        ended(opened.store, claim, "deferred", next_at=NOW)
    assert {each.domain: each.plain_allowed for each in claimed(opened.store)} == {"far.test": True, "away.test": False}


def test_the_trace_is_kept_as_it_grows(opened: Opened, id: str):
    """Events come in pieces, each once, and are read back in their order."""
    job = enqueued(opened.store, id, A)
    (claim,) = claimed(opened.store)
    events = [TraceEvent(number, number * 2, "smtp.c", {"line": f"line {number}"}) for number in (1, 2, 3)]
    opened.store.relay_trace(claim.attempt, events[:2]).result(20)
    assert opened.store.relay_attempt(job.id, 1).events == tuple(events[:2])
    settled = Settled(RecipientResult(claim.recipients[0].number, A, "sent", 250, "2.0.0", "ok", "dot", "mx.far.test"))
    opened.store.relay_end(claim.attempt, [settled], "1 sent", events, NOW + 9).result(20)
    whole = opened.store.relay_attempt(job.id, 1)
    assert whole.events == tuple(events)
    assert (whole.head.verdict, whole.head.phase, whole.head.ended_at) == ("1 sent", "end", NOW + 9)


@pytest.mark.parametrize("dot", [False, True])
def test_a_restart_resumes(opened: Opened, id: str, *, dot: bool):
    """What was active is deferred and due at once; only after its dot it may come twice."""
    job = enqueued(opened.store, id, A)
    (claim,) = claimed(opened.store)
    if dot:
        opened.store.relay_dot(claim.attempt).result(20)
    opened.reopen()
    assert opened.store.relay_recover(NOW + 5).result(20) == 1
    (recipient,) = opened.store.relay_job(job.id).recipients
    assert (recipient.state, recipient.next_at, recipient.uncertain) == ("deferred", NOW + 5, dot)
    (again,) = claimed(opened.store, NOW + 5)
    ended(opened.store, again)
    assert opened.store.relay_job(job.id).recipients[0].uncertain == dot
    assert opened.store.relay_job(job.id).attempts[0].verdict == "interrupted by the end of the process"


@pytest.mark.parametrize("act", ["hold", "cancel"])
def test_until_the_dot_a_recipient_can_be_taken_out(opened: Opened, id: str, act: str):
    """Then the dot is not sent, and the others are tried again; after it nobody can be."""
    job = enqueued(opened.store, id, A, B)
    (claim,) = claimed(opened.store)
    opened.store.relay_act(job.id, act, [A], NOW, CAPS, actor="tester").result(20)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        opened.store.relay_dot(claim.attempt).result(20)
    ended(opened.store, claim, "deferred", next_at=NOW)
    assert states(opened.store, job)[B] == "deferred"
    (again,) = claimed(opened.store)
    assert [each.address for each in again.recipients] == [B]
    opened.store.relay_dot(again.attempt).result(20)
    with pytest.raises(Conflict):
        opened.store.relay_act(job.id, act, [B], NOW, CAPS, actor="tester").result(20)  # type: ignore[arg-type]
