"""Jobs: queued, held over a limit, taken back, and who did it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mailcatch.errors import Conflict, NotFound
from mailcatch.ids import new_id
from mailcatch.store.api import Retention, Selection
from mailcatch.store.relay_api import Act, Caps, Job
from mailcatch.trace import State
from tests.contract.conftest import message
from tests.support.relay import CAPS, NOW, claimed, ended, enqueued, new_job, states
from tests.unit.store.conftest import Opened

A, B = "ann@far.test", "bob@away.test"


@pytest.fixture
def id(opened: Opened) -> str:
    """Give the id of a stored message."""
    return opened.add(message("one"))[0]


def act(opened: Opened, job: Job, what: Act, *addresses: str, now: int = NOW, caps: Caps = CAPS) -> dict[str, State]:
    opened.store.relay_act(job.id, what, addresses, now, caps, actor="tester").result(20)
    return states(opened.store, job)


def test_a_job_is_queued_for_each_recipient(opened: Opened, id: str):
    """It is due at once, its audit row is there, and its message has a `path` event."""
    before = opened.store.cursor().seq
    job = enqueued(opened.store, id, A, B)
    assert [(each.address, each.domain, each.state, each.next_at) for each in job.recipients] == [
        (A, "far.test", "queued", NOW),
        (B, "away.test", "queued", NOW),
    ]
    assert (job.message, job.sender, job.source, job.subject) == (id, "app@home.test", "release", "one")
    (row,) = opened.store.relay_audit()
    assert (row.actor, row.act, row.data["to"]) == ("tester", "enqueue", [A, B])
    assert [(each.kind, each.id) for each in opened.store.events(before).events] == [("path", id)]


def test_unknown_and_unfit_messages(opened: Opened):
    """What is not there, was appended, or is a report made here, is not queued."""
    with pytest.raises(NotFound):
        enqueued(opened.store, new_id(), A)
    for origin in ("append", "bounce"):
        (unfit,) = opened.add(replace(message("unfit"), origin=origin))
        with pytest.raises(Conflict, match="never relayed"):
            enqueued(opened.store, unfit, A)


def test_what_is_beyond_a_limit_is_held(opened: Opened, id: str):
    """The third message of two an hour is held with the limit's name, and cannot be let go by hand either."""
    caps = Caps(2, 200)
    first, second, third = (enqueued(opened.store, id, A, caps=caps) for _ in range(3))
    assert [states(opened.store, job)[A] for job in (first, second, third)] == ["queued", "queued", "held"]
    assert third.recipients[0].text == "relay.limits per_hour (2) is reached"
    with pytest.raises(Conflict, match="per_hour"):
        act(opened, third, "retry", caps=caps)
    assert act(opened, third, "retry") == {A: "queued"}


def test_deleting_mail_gives_no_new_room_below_the_limit(opened: Opened):
    """What was let go counts also when its message has gone."""
    caps = Caps(200, 1)
    (gone,) = opened.add(message("gone"))
    enqueued(opened.store, gone, A, caps=caps)
    opened.store.delete(Selection(ids=(gone,))).result(20)
    (other,) = opened.add(message("other"))
    assert enqueued(opened.store, other, A, caps=caps).recipients[0].text == "relay.limits per_day (1) is reached"


def test_acts_by_hand(opened: Opened, id: str):
    """Held, let go again, cancelled, queued anew, given up: for all recipients or the named ones."""
    job = enqueued(opened.store, id, A, B)
    assert act(opened, job, "hold", A) == {A: "held", B: "queued"}
    assert [each.domain for each in claimed(opened.store)] == ["away.test"]
    assert act(opened, job, "retry", A) == {A: "queued", B: "active"}
    assert act(opened, job, "cancel") == {A: "cancelled", B: "cancelled"}
    assert act(opened, job, "requeue", B) == {A: "cancelled", B: "queued"}
    assert act(opened, job, "bounce", B) == {A: "cancelled", B: "failed"}
    assert [row.act for row in opened.store.relay_audit()] == [
        "bounce", "requeue", "cancel", "retry", "hold", "enqueue"
    ]  # fmt: skip


def test_acts_that_no_state_allows(opened: Opened, id: str):
    """What is sent stays sent; an unknown recipient, or job, is not found."""
    job = enqueued(opened.store, id, A)
    ended(opened.store, claimed(opened.store)[0])
    for what in ("retry", "hold", "cancel", "bounce", "requeue"):
        with pytest.raises(Conflict, match="sent"):
            act(opened, job, what)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no recipient"):
        act(opened, job, "hold", "nobody@far.test")
    with pytest.raises(NotFound, match="no job"):
        opened.store.relay_act(new_id(), "hold", (), NOW, CAPS, actor="tester").result(20)


def test_requeued_jobs_have_their_whole_time_again(opened: Opened, id: str):
    """Attempts begin at one, and the end is as far away as it was."""
    job = enqueued(opened.store, id, A)
    ended(opened.store, claimed(opened.store)[0], "expired")
    act(opened, job, "requeue", now=NOW + 1000)
    now = opened.store.relay_job(job.id)
    assert (now.recipients[0].attempts, now.expires_at - job.expires_at) == (0, 1000)


def test_pause_is_kept(opened: Opened, id: str):
    """Nothing is claimed while paused, nor after a restart; each change has one audit row."""
    enqueued(opened.store, id, A)
    for _ in range(2):
        opened.store.relay_pause(True, NOW, actor="tester").result(20)
    opened.reopen()
    assert opened.store.relay_paused()
    assert claimed(opened.store) == ()
    opened.store.relay_pause(False, NOW, actor="tester").result(20)
    assert len(claimed(opened.store)) == 1
    assert [row.act for row in opened.store.relay_audit()] == ["resume", "pause", "enqueue"]


@pytest.mark.parametrize("act_", [None, "hold"])
def test_retention_leaves_mail_that_may_still_go(opened: Opened, id: str, act_: Act | None):
    """Queued, active, deferred or held: it stays until it is final."""
    job = enqueued(opened.store, id, A)
    everything = Retention(max_messages=0)
    if act_ is not None:
        act(opened, job, act_)
    assert opened.store.prune(everything, NOW).result(20).count == 0
    act(opened, job, "cancel")
    assert opened.store.prune(everything, NOW).result(20).count == 1


def test_deleting_a_message_cancels_its_jobs(opened: Opened, id: str):
    """Nothing of them is claimed, and an attempt under way may not send its dot, nor leaves anything."""
    enqueued(opened.store, id, A, B)
    (claim,) = claimed(opened.store, limit=1)
    opened.store.delete(Selection(ids=(id,))).result(20)
    assert claimed(opened.store) == ()
    with pytest.raises(Conflict):
        opened.store.relay_dot(claim.attempt).result(20)
    ended(opened.store, claim)
    assert opened.store.relay_jobs().jobs == ()


def test_how_far_auto_mode_has_read(opened: Opened, id: str):
    """It is kept with the job, never goes back, and is forgotten when auto mode is off."""
    store = opened.store
    assert store.relay_follow(5).result(20) == 5
    store.relay_enqueue(new_job(id, A), CAPS, 7).result(20)
    store.relay_seen(6).result(20)
    assert store.relay_follow(9).result(20) == 7
    store.relay_seen(None).result(20)
    assert store.relay_follow(9).result(20) == 9
