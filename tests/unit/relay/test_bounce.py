"""Who hears of what at the end of an attempt."""

from __future__ import annotations

from typing import Any

import pytest

from mailcatch.dsn.read import read
from mailcatch.relay.bounce import About, Bounce, NoBounce, bounce, sent_without_dsn
from mailcatch.trace import Order, OrderRecipient, RecipientResult, State, TraceEvent

AT = 1_790_000_000_000
ABOUT = About("mail.test", AT - 1_000, "app.test", AT + 7_200_000)
CONTENT = b"Received: by mail.test with ESMTP id 01K5M2V0000000000000000000; x\r\nSubject: s\r\n\r\nhi\r\n"
NAMES = ("bob", "ann", "eve", "joe")


def order(*notify: str | None, content: bytes = CONTENT, sender: str = "app@x.test", **more: Any) -> Order:
    """Return an order with one recipient for each NOTIFY."""
    recipients = tuple(OrderRecipient(n, f"{NAMES[n]}@y.test", said) for n, said in enumerate(notify))
    return Order(**{"job": "J", "attempt": 1, "domain": "y.test", "sender": sender, "recipients": recipients,
                    "content": content, **more})  # fmt: skip


def result(number: int, state: State, code: int | None = 550, enhanced: str | None = "5.1.1") -> RecipientResult:
    return RecipientResult(
        number, f"{NAMES[number]}@y.test", state, code, enhanced, "no such user", "rcpt", "mx.y.test"
    )


def told(order: Order, *results: RecipientResult, **more: Any) -> list[tuple[str, str, str]]:
    """Give who is told of, with action and status."""
    made = bounce(order, results, ABOUT, id="B1", at=AT, **more)
    if not isinstance(made, Bounce):
        return []
    found = read(made.raw)
    assert found is not None
    assert tuple(each.address for each in found.report.recipients) == made.addresses
    return [(each.address, each.action, each.status) for each in found.report.recipients]


def test_one_report_for_all_that_failed():
    """Into the sender's mailbox; those that were sent or wait are not in it."""
    results = [
        result(0, "failed"),
        result(1, "sent", 250, "2.0.0"),
        result(2, "deferred", 450),
        result(3, "expired", 450, "4.2.1"),
    ]
    made = bounce(order(None, None, None, None), results, ABOUT, id="B1", at=AT)
    assert isinstance(made, Bounce)
    assert (made.to, made.addresses) == ("app@x.test", ("bob@y.test", "joe@y.test"))
    found = read(made.raw)
    assert found is not None
    assert (found.report.mta, found.report.arrived_at, found.report.received_from) == (
        "mail.test",
        AT - 1_000,
        "app.test",
    )
    assert found.received_ids == ("01K5M2V0000000000000000000",)
    bob, joe = found.report.recipients
    assert (bob.mta, bob.diagnostic) == ("mx.y.test", "550 5.1.1 no such user")
    assert (joe.action, joe.status) == ("failed", "4.2.1")
    assert joe.diagnostic == "it was tried until now; at last: 450 4.2.1 no such user"


@pytest.mark.parametrize(
    ("notify", "state", "actions"),
    [
        (None, "failed", ["failed"]),
        ("NEVER", "failed", []),
        ("SUCCESS", "failed", []),
        ("FAILURE", "expired", ["failed"]),
        ("FAILURE", "blocked", ["failed"]),
        (None, "deferred", []),
        ("FAILURE", "deferred", []),
        ("DELAY", "deferred", ["delayed"]),
        (None, "sent", []),
        ("SUCCESS", "sent", ["relayed"]),
        ("nonsense", "failed", ["failed"]),
        ("nonsense", "deferred", []),
        (None, "cancelled", []),
        (None, "held", []),
    ],
)
def test_notify(notify: str | None, state: State, actions: list[str]):
    """RFC 3461 §4.1; without it failures only, for a greylisted mail would be reported each time otherwise."""
    found = told(order(notify), result(0, state), without_dsn=frozenset({"bob@y.test"}))
    assert [action for _, action, _ in found] == actions


def test_a_delay_is_told_once():
    """At the first attempt."""
    assert told(order("DELAY", attempt=2), result(0, "deferred", 450, "4.2.1")) == []


def test_a_server_with_dsn_tells_itself():
    """So we do not."""
    assert told(order("SUCCESS"), result(0, "sent", 250, "2.0.0")) == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"sender": ""}, "its sender is <>"),
        ({"content": b"Auto-Submitted: auto-replied\r\n\r\n"}, "it says that a program sent it (Auto-Submitted)"),
        ({"content": b"Content-Type: multipart/report; boundary=x\r\n\r\n"}, "it is a report itself"),
    ],
)
def test_for_some_messages_none_is_made(more: dict[str, Any], why: str):
    """And the trace says why; of a success nobody expected one."""
    assert bounce(order(None, **more), [result(0, "failed")], ABOUT, id="B1", at=AT) == NoBounce(why)
    success = bounce(
        order("SUCCESS", **more), [result(0, "sent")], ABOUT, id="B1", at=AT, without_dsn=frozenset({"bob@y.test"})
    )
    assert success is None


def test_never_is_said():
    """A failure without a report has its reason."""
    made = bounce(order("NEVER"), [result(0, "failed")], ABOUT, id="B1", at=AT)
    assert made == NoBounce("NOTIFY says that nobody wants to hear of it")
    assert bounce(order(None), [result(0, "sent", 250)], ABOUT, id="B1", at=AT) is None


@pytest.mark.parametrize(
    ("state", "code", "status"),
    [("failed", 550, "5.0.0"), ("failed", None, "5.0.0"), ("failed", 450, "4.0.0"), ("expired", None, "4.4.7")],
)
def test_a_server_without_enhanced_codes(state: State, code: int | None, status: str):
    """The class of its reply."""
    assert told(order(None), result(0, state, code, None)) == [("bob@y.test", "failed", status)]


def test_ret_envid_and_orcpt_are_honoured():
    """As the sender gave them."""
    recipients = (OrderRecipient(0, "bob@y.test", None, "rfc822;list+2Bx@y.test"),)
    made = bounce(
        order(recipients=recipients, ret="HDRS", envid="QQ+2B1"), [result(0, "failed")], ABOUT, id="B1", at=AT
    )
    assert isinstance(made, Bounce)
    assert b"Original-Envelope-Id: QQ+1\r\n" in made.raw
    assert b"Original-Recipient: rfc822; list+x@y.test\r\n" in made.raw
    assert b"text/rfc822-headers" in made.raw
    unread = bounce(order(None, ret="x", envid="+"), [result(0, "failed")], ABOUT, id="B1", at=AT)
    assert isinstance(unread, Bounce)


def test_which_servers_offer_dsn():
    """The last EHLO before the result; HELO offers nothing."""
    said: list[tuple[str, dict[str, Any]]] = [
        ("tcp.open", {}), ("smtp.ext", {"extensions": ["SIZE 1", "DSN"]}), ("rcpt.result", {"address": "a", "state": "sent"}),
        ("tcp.open", {}), ("rcpt.result", {"address": "b", "state": "sent"}),
        ("tcp.open", {}), ("smtp.ext", {"extensions": ["SIZE 1"]}), ("rcpt.result", {"address": "c", "state": "sent"}),
        ("rcpt.result", {"address": "d", "state": "failed"}),
    ]  # fmt: skip
    events = [TraceEvent(number, 0, kind, data) for number, (kind, data) in enumerate(said, 1)]
    assert sent_without_dsn(events) == {"b", "c"}
