"""What leaves is the message as it is stored, under our own line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailcatch.bus import Bus
from mailcatch.errors import NotFound
from mailcatch.ids import new_id
from mailcatch.relay.outgoing import looping, order_of
from mailcatch.store.api import Store
from mailcatch.store.relay_api import Claim
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.support.relay import claimed, enqueued


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store."""
    opened = open_store(tmp_path / "queue.db", Bus())
    yield opened
    opened.close()


def claim_of(store: Store, *to: str) -> Claim:
    """Queue a message and claim it."""
    enqueued(store, added(store.add(message(rcpt="bob@x.test"))), *to)
    return claimed(store)[0]


def test_one_line_and_the_message(store: Store):
    """Byte for byte, with what the queue knows of it."""
    claim = claim_of(store, "bob@x.test")
    order = order_of(claim, store, "us.test")
    raw = store.raw(claim.message)
    assert order.content.endswith(raw)
    head = order.content.removesuffix(raw)
    assert head.startswith(b"Received: ")
    assert b"by us.test" in head
    assert b"Resent-" not in head
    assert (order.sender, order.domain, order.attempt, order.job) == ("app@home.test", "x.test", 1, claim.job)


def test_a_release_to_somebody_else_says_so(store: Store):
    """Who it goes to was no recipient; by itself mail goes to its recipients only."""
    claim = claim_of(store, "other@x.test")
    assert b"Resent-To: other@x.test\r\n" in order_of(claim, store, "us.test").content
    assert b"Resent-" not in order_of(replace(claim, source="auto"), store, "us.test").content
    assert b"Resent-From: mailcatch@us.test" in order_of(replace(claim, sender=""), store, "us.test").content


def test_a_message_that_is_gone(store: Store):
    """There is nothing to bring."""
    with pytest.raises(NotFound):
        order_of(replace(claim_of(store, "bob@x.test"), message=new_id()), store, "us.test")


def test_loops(store: Store):
    """As many `Received` fields as the limit are a loop; our own line does not count."""
    order = order_of(claim_of(store, "bob@x.test"), store, "us.test")
    assert looping(order, 1) == ()
    looped = replace(order, content=b"Received: from a by b\r\n" * 50 + order.content)
    assert looping(looped, 51) == ()
    (failed,) = looping(looped, 50)
    assert (failed.state, failed.code, failed.enhanced) == ("failed", 554, "5.4.6")
