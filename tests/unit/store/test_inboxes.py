"""Inboxes in the database: made, filled, and forgotten without their mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import Conflict, NotFound
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.store.api import Destination, NewInbox, Selection, Store
from mailcatch.store.known import MOST_AUTOMATIC
from mailcatch.store.sqlite import open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = open_store(path, Bus())
    yield made
    made.close()


def deliver(store: Store, destination: Destination | None = None) -> str:
    envelope = Envelope("a@x.test", (Recipient("bob@x.test"),))
    return (
        store.add(compose(Arrival(b"Subject: x\r\n\r\n", envelope, "smtp", 1_700_000_000_000, destination=destination)))
        .result(5)
        .id
    )


def names(store: Store) -> set[str]:
    return {each.name for each in store.inboxes()}


def kinds(store: Store, after: int) -> list[tuple[str, str | None]]:
    return [(event.kind, event.id) for event in store.events(after).events]


def test_a_named_inbox_is_made_by_the_first_mail(store: Store):
    """Under the next number, as an automatic one, and told to followers."""
    id = deliver(store, Destination(named=("gw0",)))
    (_, made) = store.inboxes()
    assert (made.name, made.automatic, made.total, made.unread) == ("gw0", True, 1, 1)
    assert store.message(id).summary.inboxes == ("gw0",)
    assert ("inbox", "gw0") in kinds(store, 0)


def test_an_addressed_inbox_must_be_there(store: Store):
    """Else the mail lies in the default one."""
    first = deliver(store, Destination(addressed=("gw0",)))
    store.make_inbox(NewInbox("gw0")).result(5)
    second = deliver(store, Destination(addressed=("gw0",)))
    assert [store.message(id).summary.inboxes for id in (first, second)] == [("default",), ("gw0",)]


def test_making_one_that_is_there(store: Store):
    """One that mail made may be taken over, with its mail; somebody else's may not."""
    deliver(store, Destination(named=("gw0",)))
    made = store.make_inbox(NewInbox("gw0", "mine", ttl=60_000)).result(5)
    assert (made.automatic, made.label, made.total, made.expires_at is None) == (False, "mine", 1, False)
    with pytest.raises(Conflict, match="there is an inbox 'gw0' already"):
        store.make_inbox(NewInbox("gw0")).result(5)


def test_a_name_may_be_left_to_us(store: Store):
    """Each time another one."""
    assert len({store.make_inbox(NewInbox()).result(5).name for _ in range(3)}) == 3


def test_forgetting_one_keeps_its_mail(store: Store):
    """What lies nowhere else goes to the default inbox, and is told as changed."""
    store.make_inbox(NewInbox("a")).result(5)
    store.make_inbox(NewInbox("b")).result(5)
    alone = deliver(store, Destination(named=("a",)))
    both = deliver(store, Destination(named=("a", "b")))
    before = store.cursor().seq
    store.delete_inbox("a").result(5)
    assert names(store) == {"default", "b"}
    assert store.message(alone).summary.inboxes == ("default",)
    assert store.message(both).summary.inboxes == ("b",)
    assert set(kinds(store, before)) == {("changed", alone), ("changed", both), ("inbox", "a")}
    with pytest.raises(NotFound):
        store.delete_inbox("a").result(5)


def test_the_default_one_stays(store: Store):
    """Mail that belongs nowhere else lies there."""
    with pytest.raises(Conflict):
        store.delete_inbox("default").result(5)


def test_one_made_anew_is_another(store: Store):
    """With no mail of the old one, and another number."""
    store.make_inbox(NewInbox("a")).result(5)
    number = store.inbox_number("a")
    deliver(store, Destination(named=("a",)))
    store.delete_inbox("a").result(5)
    assert store.make_inbox(NewInbox("a")).result(5).total == 0
    assert store.inbox_number("a") != number


def test_the_configurations_are_brought_up_to_date(store: Store):
    """At every start: made, relabelled, kept."""
    deliver(store, Destination(named=("ci",)))
    store.declare_inboxes([NewInbox("ci", "Builds"), NewInbox("other")]).result(5)
    store.declare_inboxes([NewInbox("ci", "CI")]).result(5)
    found = {each.name: each for each in store.inboxes()}
    assert (found["ci"].label, found["ci"].automatic, found["other"].automatic) == ("CI", False, False)


def test_they_outlive_the_process(store: Store, path: Path):
    """With label, end and mail."""
    store.make_inbox(NewInbox("a", "A", ttl=60_000)).result(5)
    deliver(store, Destination(named=("a",)))
    before = store.inboxes()
    store.close()
    again = open_store(path, Bus())
    assert again.inboxes() == before
    assert again.next_expiry() == before[1].expires_at
    again.close()


def test_mail_makes_only_so_many(store: Store):
    """The least recently used are forgotten, their mail is not."""
    futures = [
        store.add(
            compose(Arrival(b"\r\n", Envelope("a@x.test", ()), "smtp", 1, destination=Destination(named=(f"n{n}",))))
        )
        for n in range(MOST_AUTOMATIC + 3)
    ]
    for future in futures:
        future.result(30)
    automatic = [each for each in store.inboxes() if each.automatic]
    assert len(automatic) <= MOST_AUTOMATIC
    assert store.messages().total == MOST_AUTOMATIC + 3
    assert sum(each.total for each in store.inboxes()) == MOST_AUTOMATIC + 3


def test_a_batch_that_fails_makes_none(store: Store):
    """The inboxes are part of the writer's state and rolled back with it."""
    with pytest.raises(Conflict):
        store.make_inbox(NewInbox("default")).result(5)
    assert store.inbox_number("x") is None
    store.delete(Selection(everything=True)).result(5)
    assert names(store) == {"default"}
