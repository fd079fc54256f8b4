"""The statements about messages: what the contract cannot see of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mailcatch.bus import Bus
from mailcatch.search.query import Term
from mailcatch.store.api import Change, Selection, Store
from mailcatch.store.deriving import Derived
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message


@pytest.fixture
def store(tmp_path: Path):
    made = open_store(tmp_path / "mail.db", Bus())
    yield made
    made.close()


def test_appended_mail_is_in_no_list_and_no_number(store: Store):
    """Drafts and sent mail of a mail client are read by their mailbox, not selected by a query, and still deletable."""
    id = added(store.add(replace(message("draft"), origin="append")))
    assert (store.messages().total, store.messages().messages, store.counts().total) == (0, (), 0)
    draft = Term("subject", "contains", "draft")
    assert store.messages(draft).total == 0
    assert store.delete(Selection(query=draft)).result(10).count == 0
    assert store.message(id).summary.subject == "draft"
    assert store.delete(Selection(ids=(id,))).result(10).count == 1
    assert store.counts().total == 0


def test_a_query_selects_what_its_list_shows(store: Store):
    """Mail in the Bin is left alone by a change that does not name the Bin."""
    binned, listed = (added(store.add(message(subject))) for subject in ("same", "same"))
    store.change(Selection(ids=(binned,)), Change(bin=True)).result(10)
    same = Selection(query=Term("subject", "contains", "same"))
    assert store.change(same, Change(read=True)).result(10).count == 1
    assert store.message(listed).summary.read
    assert not store.message(binned).summary.read


def test_the_bin_keeps_the_time_of_its_first_use(store: Store):
    """Binning twice is one event, and other changes leave it there."""
    id = added(store.add(message()))
    start = store.cursor().seq
    for change in (Change(bin=True), Change(bin=True), Change(read=True), Change(bin=False, pinned=True)):
        store.change(Selection(ids=(id,)), change).result(10)
    assert len(store.events(start).events) == 3
    summary = store.message(id).summary
    assert (summary.binned, summary.read, summary.pinned) == (False, True, True)


def test_headers_may_hold_what_utf8_cannot(store: Store):
    """A lone surrogate, as 8-bit headers give, is stored as `?`, and the mail is not refused (G4)."""
    new = message()
    broken = replace(new.summary, subject="a\ud800b", snippet="\udfff")
    new = replace(new, summary=broken)
    new.__dict__["derived"] = Derived(("a\ud800b", "", ""), ("a b", "", ""), ())
    id = added(store.add(new))
    assert store.message(id).summary.subject == "a?b"
    assert store.delete(Selection(ids=(id,))).result(10).count == 1
