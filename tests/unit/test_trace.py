"""The values of a mail's way out."""

from __future__ import annotations

from typing import get_args

import msgspec

from mailcatch.trace import FINAL, PENDING, Order, OrderRecipient, RecipientResult, State, TraceEvent


def test_every_state_is_pending_or_final():
    """One list of states everywhere, and none is both."""
    assert set(get_args(State)) == PENDING | FINAL
    assert not PENDING & FINAL


def test_values_survive_json():
    """They are kept in the database and sent to the browser as JSON."""
    event = TraceEvent(1, 20, "dns.answer", {"name": "x.example", "records": ["10 mx.x.example"], "ttl": 30})
    assert msgspec.json.decode(msgspec.json.encode(event), type=TraceEvent) == event
    result = RecipientResult(1, "a@x.example", "failed", 550, "5.1.1", "no such user", "rcpt", "mx.x.example")
    assert msgspec.json.decode(msgspec.json.encode(result), type=RecipientResult) == result


def test_an_order_names_its_recipients():
    """The null sender is an empty text, not None: the queue keeps it as it is."""
    order = Order("J", 1, "x.example", "", (OrderRecipient(7, "a@x.example"),), b"Subject: x\r\n\r\n")
    assert (order.sender, order.recipients[0].number, order.plain_allowed) == ("", 7, False)
