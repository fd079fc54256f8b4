"""What a sender hears at the end of an attempt, in a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.dsn.read import read
from mailcatch.inbox import Inbox
from mailcatch.model import Envelope, Recipient
from mailcatch.relay.bounce import About
from mailcatch.relay.telling import Told, tell
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.trace import AttemptResult, Order, OrderRecipient, RecipientResult, State, TraceEvent
from tests.support.journeys import attempt, job, recipient

MAIL = b"Subject: hi\r\n\r\nhi\r\n"
NAMES = ("bob@y.test", "ann@y.test", "eve@y.test")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "mail.db", Bus())
    yield made
    made.close()


@pytest.fixture
def inbox(store: Store) -> Iterator[Inbox]:
    made = Inbox(store)
    yield made
    made.close()


def relayed(store: Store, inbox: Inbox, database: Path, *states: State, sender: str = "app@x.test") -> tuple[str, Told]:
    """Relay a message with these outcomes; give its id and what its sender was told."""
    id = inbox.accept(MAIL, Envelope(sender, (Recipient("bob@y.test"),)), origin="smtp").result(5).id
    number = job(database, id)
    numbers = [recipient(database, number, name, state) for name, state in zip(NAMES, states, strict=False)]
    attempt(database, number, "y.test", [(0, "verdict", {"text": "x"})])
    named = list(zip(numbers, NAMES, states, strict=False))
    order = Order("J1", 1, "y.test", sender, tuple(OrderRecipient(n, name) for n, name, _ in named), MAIL)
    results = tuple(RecipientResult(n, name, state, 550, "5.1.1", "no", "rcpt", "mx") for n, name, state in named)
    events = [TraceEvent(1, 0, "verdict", {"text": "x"})]
    return id, tell(inbox, order, AttemptResult(results, "x"), events, About("mail.test"))


def test_one_report_in_the_local_mailbox(store: Store, inbox: Inbox, tmp_path: Path):
    """Of all that failed; each of them names it, and the trace has it once."""
    id, told = relayed(store, inbox, tmp_path / "mail.db", "failed", "sent", "expired")
    assert told.message is not None
    assert told.addresses == ("bob@y.test", "eve@y.test")
    report = store.message(told.message)
    assert (report.origin, report.envelope.mail_from, report.summary.rcpt_to) == ("bounce", "", ("app@x.test",))
    assert read(store.raw(told.message)) is not None
    (journey,) = store.journeys(id)
    assert [each.bounce for each in journey.recipients] == [told.message, None, told.message]
    assert [(each.kind, each.data) for each in journey.attempts[0].events[1:]] == [
        ("dsn.made", {"message": told.message, "addresses": ["bob@y.test", "eve@y.test"]}),
    ]


def test_nothing_is_told_of_a_success(store: Store, inbox: Inbox, tmp_path: Path):
    """That nobody asked for."""
    assert relayed(store, inbox, tmp_path / "mail.db", "sent")[1] == Told()
    assert store.messages().total == 1


def test_nobody_is_told_where_nobody_sent(store: Store, inbox: Inbox, tmp_path: Path):
    """A failure without a report has its reason."""
    assert relayed(store, inbox, tmp_path / "mail.db", "failed", sender="")[1] == Told(why="its sender is <>")
    assert store.messages().total == 1
