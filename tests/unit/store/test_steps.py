"""Writes on many messages, a step at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import StoreError
from mailcatch.search.query import Term
from mailcatch.store import log, steps
from mailcatch.store.api import Change, Selection, Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import message


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Open a store with 25 messages in it whose steps are of ten, and whose bulk events begin past five."""
    monkeypatch.setattr(steps, "STEP", 10)
    monkeypatch.setattr(log, "EVENT_LIMIT", 5)
    made = open_store(tmp_path / "mail.db", Bus())
    made.import_all([message("same") for _ in range(25)]).result(10)
    yield made
    made.close()


@pytest.mark.parametrize(
    "selection", [Selection(everything=True), Selection(query=Term("subject", "contains", "same"))]
)
def test_all_steps_are_one_outcome(store: Store, selection: Selection):
    """Their sum, and where the log is after the last; each step tells its followers once."""
    start = store.cursor().seq
    outcome = store.change(selection, Change(read=True)).result(10)
    assert (outcome.count, outcome.seq) == (25, store.cursor().seq)
    assert [event.kind for event in store.events(start).events] == ["reset", "reset"] + ["changed"] * 5
    assert store.delete(selection).result(10).count == 25
    assert store.messages().total == 0


def test_mail_is_stored_between_two_steps(store: Store):
    """A stream of mail does not wait for the end of a great delete."""
    removal = store.delete(Selection(everything=True))
    seq = store.add(message("meanwhile")).result(10).seq
    assert seq < removal.result(10).seq
    assert [summary.subject for summary in store.messages().messages] == ["meanwhile"]


def test_a_step_that_fails_ends_it(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Who waits is told; what was done before stays done."""
    monkeypatch.setattr("mailcatch.store.removal.forget_without_mail", lambda *_: 1 / (store.messages().total - 15))
    with pytest.raises(StoreError):
        store.delete(Selection(everything=True)).result(10)
    assert store.messages().total == 15
