"""The face of the use cases, over a real store."""

from collections.abc import Iterator

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.inbox.inbox import READ_AT_ONCE
from mailcatch.model import Envelope, Recipient
from mailcatch.store.api import Change, Selection, Store
from mailcatch.store.sqlite import open_store

ENVELOPE = Envelope("a@x.test", (Recipient("b@x.test"),))
SMALL = b"Subject: small\r\n\r\nbody\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcdef\r\n" * (READ_AT_ONCE // 16)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(None, Bus())
    yield opened
    opened.close()


@pytest.fixture
def inbox(store: Store) -> Iterator[Inbox]:
    made = Inbox(store)
    yield made
    made.close()


@pytest.mark.parametrize("raw", [SMALL, LARGE], ids=["read at once", "read in the pool"])
def test_an_accepted_mail_is_there_when_the_future_resolves(inbox: Inbox, store: Store, raw: bytes):
    """A resolved future means durable, listed and readable (G1)."""
    added = inbox.accept(raw, ENVELOPE, origin="smtp").result(10)
    assert store.raw(added.id) == raw
    assert [added.id] == [summary.id for summary in store.messages().messages]


def test_state_given_on_arrival_is_kept(inbox: Inbox, store: Store):
    """An import brings its own flags and tags."""
    added = inbox.accept(SMALL, ENVELOPE, origin="import", read=True, pinned=True, tags=("a", "b")).result(10)
    summary = store.message(added.id).summary
    assert (summary.read, summary.pinned, summary.tags) == (True, True, ("a", "b"))


def test_changes_and_deletes_go_through(inbox: Inbox, store: Store):
    """Flags are set and messages removed by selection."""
    added = inbox.accept(SMALL, ENVELOPE, origin="smtp").result(10)
    assert inbox.change(Selection(ids=(added.id,)), Change(read=True)).result(10).count == 1
    assert store.message(added.id).summary.read
    assert inbox.delete(Selection(ids=(added.id,))).result(10).count == 1
    assert store.messages().total == 0


def test_an_empty_selection_deletes_nothing(inbox: Inbox, store: Store):
    """Nothing is deleted by a selector that names nothing (G13)."""
    inbox.accept(SMALL, ENVELOPE, origin="smtp").result(10)
    assert inbox.delete(Selection()).result(10).count == 0
    assert store.messages().total == 1


def test_close_finishes_what_is_being_read(store: Store):
    """Mail accepted before the stop is stored before the stop ends."""
    inbox = Inbox(store)
    futures = [inbox.accept(LARGE, ENVELOPE, origin="smtp") for _ in range(5)]
    inbox.close()
    assert all(future.result(10).id for future in futures)
