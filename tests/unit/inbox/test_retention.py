"""Retention as a follower: it acts on arrivals and on time, in steps, and never stands in the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import StoreError
from mailcatch.inbox import Inbox
from mailcatch.inbox.retention import STEP, RetentionFollower
from mailcatch.model import Envelope, Recipient
from mailcatch.store.api import Change, Retention, Selection, Store
from mailcatch.store.sqlite import open_store

ENVELOPE = Envelope("a@x.test", (Recipient("b@x.test"),))


class Sink:
    """A store with its inbox and its bus."""

    def __init__(self) -> None:
        self.bus = Bus()
        self.store: Store = open_store(None, self.bus)
        self.inbox = Inbox(self.store)

    def deliver(self, count: int, *, received_at: int | None = None) -> list[str]:
        futures = [
            self.inbox.accept(b"Subject: %d\r\n\r\nx\r\n" % number, ENVELOPE, origin="smtp", received_at=received_at)
            for number in range(count)
        ]
        return [future.result(10).id for future in futures]

    @property
    def total(self) -> int:
        return self.store.messages(limit=1).total

    def until(self, condition: Callable[[], bool]) -> None:
        """Return when a condition holds; asked again whenever the log grows, for ten seconds at most."""
        seq = -1
        for _ in range(500):
            if condition():
                return
            seq = self.bus.wait(max(seq, self.bus.seq), 0.02)
        pytest.fail("it did not happen")


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.bus.close()
    made.inbox.close()
    made.store.close()


@contextmanager
def following(sink: Sink, limits: Retention) -> Iterator[RetentionFollower]:
    follower = RetentionFollower(sink.store, sink.bus, limits)
    follower.start()
    try:
        yield follower
    finally:
        sink.bus.close()
        follower.close()


def test_what_is_there_already_is_pruned_first(sink: Sink):
    """A start with a smaller limit removes down to it, more than one step at a time if need be."""
    ids = sink.deliver(2 * STEP + 30)
    with following(sink, Retention(max_messages=10)):
        sink.until(lambda: sink.total == 10)
    assert [each.id for each in sink.store.messages().messages] == ids[:-11:-1]


def test_arrivals_push_the_oldest_out(sink: Sink):
    """The newest stay, and pinned ones stay whatever comes."""
    with following(sink, Retention(max_messages=5)):
        (pinned,) = sink.deliver(1)
        sink.inbox.change(Selection(ids=(pinned,)), Change(pinned=True)).result(10)
        ids = sink.deliver(20)
        sink.until(lambda: sink.total <= 6)
    left = [each.id for each in sink.store.messages().messages]
    assert left[:4] == ids[:-5:-1]
    assert pinned in left


def test_age_passes_without_any_event(sink: Sink):
    """Nothing arrives, and yet what is too old goes."""
    sink.deliver(3)
    with following(sink, Retention(max_age=300)):
        sink.until(lambda: sink.total == 0)


def test_without_limits_there_is_no_thread(sink: Sink):
    """Nothing to keep to, nothing that runs."""
    with following(sink, Retention()):
        assert "retention" not in {thread.name for thread in threading.enumerate()}


def test_it_ends_at_once(sink: Sink):
    """Closing does not wait for time to pass: the thread is gone when close() returns."""
    with following(sink, Retention(max_messages=5, max_age=10**9)):
        sink.deliver(3)
    assert "retention" not in {thread.name for thread in threading.enumerate()}


def test_a_database_that_fails_is_tried_again(sink: Sink, caplog: pytest.LogCaptureFixture):
    """A failed step is said once and does not end the thread."""
    asked = threading.Event()

    class Failing:
        def prune(self, *arguments: object) -> object:
            asked.set()
            raise StoreError("the disk is on fire")

    follower = RetentionFollower(Failing(), sink.bus, Retention(max_messages=5))  # type: ignore[arg-type]
    follower.start()
    assert asked.wait(5)
    assert "retention" in {thread.name for thread in threading.enumerate()}
    sink.bus.close()
    follower.close()
    assert "the disk is on fire" in caplog.text
