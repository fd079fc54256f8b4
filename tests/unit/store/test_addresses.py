"""Addresses as rows with bits."""

from __future__ import annotations

from pathlib import Path

from mailcatch.bus import Bus
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.search.grammar import parse
from mailcatch.store.addresses import RCPT, bits
from mailcatch.store.api import Selection, Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message


def test_each_role_has_a_bit_and_its_display_name_another():
    """None is shared."""
    roles = ("rcpt", "mail_from", "from", "sender", "reply_to", "to", "cc", "bcc")
    assert len({bits([role]) for role in roles}) == 8
    assert bits(roles, names=True) == (1 << 16) - 1
    assert bits(["rcpt"]) == RCPT


def found(store: Store, query: str) -> int:
    """Count what a query finds."""
    return store.messages(parse(query, now=0)).total


def test_a_name_is_no_address(tmp_path: Path):
    """Who calls himself another's address is not found by it exactly, only by what his name contains."""
    store = open_store(tmp_path / "mail.db", Bus())
    raw = b'From: "bank@bank.example" <evil@x.example>\r\n\r\nx\r\n'
    envelope = Envelope("evil@x.example", (Recipient("bob@x.test"),))
    added(store.add(compose(Arrival(raw, envelope, "smtp", 1_700_000_000_000))))
    assert found(store, "from:evil@x.example") == 1
    assert found(store, "from:bank@bank.example") == 0
    assert found(store, "from:bank") == 1
    store.close()


def test_domains_go_with_the_last_mail_that_has_them(tmp_path: Path):
    """And stay as long as one of two is there."""
    store = open_store(tmp_path / "mail.db", Bus())
    ids = [added(store.add(message())) for _ in range(2)]
    domain = store.messages().messages[0].rcpt_to[0].partition("@")[2]
    for left, id in zip((1, 0), ids, strict=True):
        store.delete(Selection(ids=(id,))).result(10)
        assert found(store, f"rcpt:*@{domain}") == left
    assert store._connection.execute("SELECT count(*) FROM domains").fetchone() == (0,)
    assert store._connection.execute("SELECT count(*) FROM addresses").fetchone() == (0,)
    store.close()
