"""Inboxes whose time is over are forgotten by themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.store.api import NewInbox, Store
from mailcatch.store.sqlite import open_store


@pytest.fixture
def bus() -> Iterator[Bus]:
    made = Bus()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path, bus: Bus) -> Iterator[Store]:
    made = open_store(tmp_path / "mail.db", bus)
    yield made
    made.close()


def gone(store: Store, bus: Bus, name: str) -> bool:
    """Wait until an inbox is not there any more."""
    position = store.cursor().seq
    while store.inbox_number(name) is not None:
        position = bus.wait(position, 5)
    return True


def test_an_inbox_goes_when_its_time_is_over(store: Store, bus: Bus):
    """No sooner than the next one is due is anybody woken."""
    inbox = Inbox(store)
    inbox.make_inbox(NewInbox("stays")).result(5)
    inbox.make_inbox(NewInbox("later", ttl=60_000)).result(5)
    inbox.make_inbox(NewInbox("soon", ttl=30)).result(5)
    assert gone(store, bus, "soon")
    assert {each.name for each in store.inboxes()} == {"default", "stays", "later"}
    inbox.close()


def test_one_of_an_earlier_process_goes_too(store: Store, bus: Bus):
    """At the start it is looked when they are due."""
    store.make_inbox(NewInbox("old", ttl=1)).result(5)
    inbox = Inbox(store)
    assert gone(store, bus, "old")
    inbox.close()


def test_without_an_end_no_thread_is_needed(store: Store):
    """And with one it ends with the inbox."""
    inbox = Inbox(store)
    inbox.make_inbox(NewInbox("a")).result(5)
    assert "expiry" not in {thread.name for thread in threading.enumerate()}
    inbox.make_inbox(NewInbox("b", ttl=60_000)).result(5)
    assert "expiry" in {thread.name for thread in threading.enumerate()}
    inbox.close()
    assert "expiry" not in {thread.name for thread in threading.enumerate()}
