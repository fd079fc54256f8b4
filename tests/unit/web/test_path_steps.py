"""The steps of a way, without a store."""

from __future__ import annotations

from typing import Any

import pytest

from mailcatch.inbox.accept import Arrival, compose
from mailcatch.journey import Attempt, Journey, Traveller
from mailcatch.mime.hops import hops_of
from mailcatch.model import Envelope, Fetch, Message, Origin, Recipient
from mailcatch.trace import TraceEvent
from mailcatch.web.path_steps import Copy, destinations, returned_in, steps_of

AT = 1_790_000_000_000


def message(*, origin: Origin = "smtp", at: int = AT, **said: Any) -> Message:
    """Read a mail as the store gives it."""
    envelope = Envelope("app@x.test", **{"rcpt_to": (Recipient("bob@y.test"),), "peer": "192.0.2.1:5", **said})
    new = compose(Arrival(b"Subject: s\r\n\r\nhi\r\n", envelope, origin, at))
    return Message(new.summary, origin, envelope, new.sha256, new.reading.root)


def traveller(address: str = "bob@y.test", state: str = "sent", original: str | None = None) -> Traveller:
    return Traveller(address, original or address, state, 250, "2.0.0", "ok", "dot", "mx", 1, None, False, None)


def journey(*events: TraceEvent, recipients: tuple[Traveller, ...] = (traveller(),), source: Any = "auto") -> Journey:
    attempts = (Attempt(1, "y.test", AT + 100, AT + 200, "sent", events),)
    return Journey("J1", source, "allow @y.test", AT + 50, recipients, attempts)


@pytest.mark.parametrize(
    ("origin", "said", "text"),
    [
        ("smtp", {"helo": "app.test"}, "by ESMTP from app.test"),
        ("smtp", {"tls": "TLSv1.3"}, "by ESMTP from 192.0.2.1:5 over TLS"),
        ("smtp", {"peer": None, "protocol": "SMTP"}, "by SMTP"),
        ("http", {}, "through the HTTP API"),
        ("import", {}, "by import"),
        ("bounce", {}, "made here, as a report to its sender"),
    ],
)
def test_how_it_came(origin: Origin, said: dict[str, Any], text: str):
    """In words."""
    assert steps_of(message(origin=origin, **said), (), (), (), ())[0].text == text


def test_what_came_before_us_stands_first():
    """Also if another server's clock is ahead."""
    hops = hops_of(b"Received: by b; Mon, 21 Sep 2026 20:00:00 +0000\r\nReceived: by a\r\n\r\n")
    steps = steps_of(message(), hops, (), (), ())
    assert [(step.kind, step.text) for step in steps][:3] == [
        ("hop", "by a"), ("hop", "by b"), ("received", "by ESMTP from 192.0.2.1:5"),
    ]  # fmt: skip


def test_later_steps_are_in_the_order_of_time():
    """A client may fetch it before it is relayed; the message come back, with its hops just before it."""
    hop = TraceEvent(1, 400, "hop", {"message": "COPY", "by": "far.test"})
    back = message(at=AT + 450)
    hop.data["message"] = back.summary.id
    taken = Fetch(AT + 60, "IMAP", "all", "BODY[]", None, "S")
    again = Fetch(AT + 900, "POP3", "bob", "DELE", "c", "S")
    steps = steps_of(message(), (), (journey(hop),), (taken,), (Copy(back, (again,)),))
    assert [(step.kind, step.message == back.summary.id) for step in steps] == [
        ("received", False), ("stored", False), ("decision", False), ("fetched", False), ("attempt", False),
        ("hop", True), ("received", True), ("removed", True),
    ]  # fmt: skip
    assert steps[-1].text == "DELE by POP3 as bob (c)"
    assert steps[4].events == ()  # what was added afterwards is a step of its own


def test_decisions_name_three_and_count_the_rest():
    """Of a thousand recipients too."""
    many = tuple(Recipient(f"u{number}@y.test", {}, "relay", "r") for number in range(5))
    step = steps_of(message(rcpt_to=many), (), (), (), ())[2]
    assert step.text == "u0@y.test: relay, u1@y.test: relay, u2@y.test: relay and 2 more"
    assert [event.data["address"] for event in step.events] == [each.address for each in many]
    released = journey(recipients=tuple(traveller(each.address) for each in many), source="release")
    step = steps_of(message(), (), (released,), (), ())[2]
    assert step.text == "released to u0@y.test, u1@y.test, u2@y.test and 2 more, by allow @y.test"


def test_a_report_that_came_back():
    """With what it says."""
    facts = {"message": "R", "addresses": ["bob@y.test"], "action": "failed", "status": "5.1.1", "text": "no such user"}
    steps = steps_of(message(), (), (journey(TraceEvent(1, 300, "return.bounce", facts)),), (), ())
    assert (steps[-1].kind, steps[-1].at, steps[-1].message) == ("bounce", AT + 400, "R")
    assert steps[-1].text == "a report came back about bob@y.test: failed 5.1.1 no such user"


def test_returns_are_found_once():
    """However many hops there were."""
    events = [TraceEvent(number, 0, "hop", {"message": id}) for number, id in enumerate(["A", "A", "B", 7])]
    assert returned_in((journey(*events),)) == ("A", "B")


def test_destinations():
    """A recipient of the envelope is what became of it in its last job; spelling does not matter; others follow."""
    first = journey(recipients=(traveller("bob@y.test", "failed"),))
    last = journey(recipients=(traveller("BOB@y.test", "sent"), traveller("new@z.test", "blocked")))
    envelope = (Recipient("bob@y.test"), Recipient("ann@x.test", {}, "local", "rule"), Recipient("eve@x.test"))
    found = destinations(envelope, (first, last))
    assert [(each.address, each.route, each.state) for each in found] == [
        ("BOB@y.test", "relay", "sent"), ("ann@x.test", "local", "stored"), ("eve@x.test", "none", "stored"),
        ("new@z.test", "blocked", "blocked"),
    ]  # fmt: skip
