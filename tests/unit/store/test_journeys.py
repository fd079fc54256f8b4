"""The ways of messages out and back, as the store has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import NotFound
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.journey import Journey, Return, Sent, Traveller
from mailcatch.model import Envelope, Recipient
from mailcatch.store.api import Store
from mailcatch.store.journeys import MOST_ATTEMPTS
from mailcatch.store.sqlite import open_store
from mailcatch.trace import TraceEvent
from tests.support.journeys import STARTED, attempt, job, recipient


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    made = open_store(database, Bus())
    yield made
    made.close()


def put(store: Store, message_id: str = "one@x.test") -> str:
    raw = f"Message-ID: <{message_id}>\r\n\r\nhi\r\n".encode()
    return store.add(compose(Arrival(raw, Envelope("app@x.test", (Recipient("bob@y.test"),)), "smtp", 1))).result(5).id


def test_a_message_without_jobs_has_none(store: Store):
    """And one that is not there is not found."""
    assert store.journeys(put(store)) == ()
    with pytest.raises(NotFound):
        store.journeys("01K00000000000000000000000")


def test_jobs_are_read_whole(store: Store, database: Path):
    """Recipients, attempts counted from one, events in their order; a probe is no journey."""
    id = put(store)
    number = job(database, id)
    job(database, id, "J2", source="probe")
    recipient(
        database,
        number,
        "bob@y.test",
        "failed",
        "list@y.test",
        code=550,
        enhanced="5.1.1",
        text="no",
        stage="rcpt",
        mta="mx",
    )
    attempt(database, number, "y.test", [(0, "idna", {"domain": "y.test"})], "deferred")
    attempt(database, number, "y.test", [(1, "verdict", {"text": "no"})], "failed")
    (journey,) = store.journeys(id)
    assert isinstance(journey, Journey)
    assert (journey.job, journey.source, journey.rule, journey.created_at) == ("J1", "auto", "allow @y.test", STARTED)
    assert journey.recipients == (
        Traveller("bob@y.test", "list@y.test", "failed", 550, "5.1.1", "no", "rcpt", "mx", 1, None, False, None),
    )
    assert [(each.n, each.verdict) for each in journey.attempts] == [(1, "deferred"), (2, "failed")]
    assert journey.attempts[1].events == (TraceEvent(1, 1, "verdict", {"text": "no"}),)


def test_old_attempts_keep_their_verdict_only(store: Store, database: Path):
    """However often it was tried, a path is read in bounded time."""
    id = put(store)
    number = job(database, id)
    for _ in range(MOST_ATTEMPTS + 2):
        attempt(database, number, "y.test", [(0, "verdict", {"text": "no"})])
    found = store.journeys(id)[0].attempts
    assert [len(each.events) for each in found] == [0, 0] + [1] * MOST_ATTEMPTS


def test_to_whom_we_sent(store: Store, database: Path):
    """By our id; by Message-ID where none of the ids is ours; nobody to whom nothing was tried."""
    id, other = put(store), put(store, "two@x.test")
    number = job(database, id)
    bob = recipient(database, number, "bob@y.test", original="list@y.test")
    recipient(database, number, "eve@y.test", "queued", attempts=0)
    sent = (Sent(bob, "bob@y.test", "list@y.test", "J1", id),)
    assert store.sent(["nonsense", id], None) == sent
    assert store.sent([], "<one@x.test>") == sent
    assert store.sent([other], "<two@x.test>") == ()
    assert store.sent([], None) == ()


def test_what_comes_back_is_linked_once(store: Store, database: Path):
    """To the last attempt, and the report to its recipient; the message gets one event of its path."""
    id, report = put(store), put(store, "bounce@mx.test")
    number = job(database, id)
    bob = recipient(database, number, "bob@y.test")
    attempt(database, number, "z.test")
    attempt(database, number, "y.test", [(0, "verdict", {"text": "sent"})])
    attempt(database, number, "z.test")
    before = store.cursor().seq
    returned = [
        Return(bob, report, "return.bounce", {"message": report, "status": "5.1.1"}),
        Return(bob, report, "hop", {"message": report, "by": "mx"}),
    ]
    assert store.link(returned).result(5) == 1
    assert store.link(returned).result(5) == 0
    assert store.link([Return(9_999, report, "hop", {})]).result(5) == 0
    (journey,) = store.journeys(id)
    assert journey.recipients[0].bounce == report
    assert [len(each.events) for each in journey.attempts] == [0, 3, 0]
    assert [(each.seq, each.kind) for each in journey.attempts[1].events] == [
        (1, "verdict"), (2, "return.bounce"), (3, "hop"),
    ]  # fmt: skip
    assert [(each.kind, each.id) for each in store.events(before).events] == [("path", id)]
