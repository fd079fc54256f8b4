"""Who took a message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailcatch.errors import NotFound
from mailcatch.store import log
from mailcatch.store.mailbox_api import Fetched
from tests.contract.conftest import message
from tests.unit.store.conftest import Opened


def test_a_step_is_noted_once(opened: Opened) -> None:
    """For a message, a session and an act; news of a message is one event a write."""
    (id,) = opened.add(message())
    seq = opened.store.cursor().seq
    step = Fetched(seq, "S1", "BODY[]", "IMAP", "all", "mutt", 5)
    opened.store.note_fetches([step, replace(step, at=6), replace(step, act="BODY[HEADER]", at=7)]).result(5)
    opened.store.note_fetches([replace(step, session="S2", at=8), replace(step, message=999)]).result(5)
    found = opened.store.fetches(id)
    assert [(each.at, each.session_id, each.act) for each in found] == [
        (5, "S1", "BODY[]"),
        (7, "S1", "BODY[HEADER]"),
        (8, "S2", "BODY[]"),
    ]
    assert (found[0].account, found[0].client, found[0].protocol) == ("all", "mutt", "IMAP")
    assert [(event.kind, event.id) for event in opened.store.events(seq).events] == [("path", id)] * 2


def test_no_message_has_no_way(opened: Opened) -> None:
    """It is not found."""
    with pytest.raises(NotFound):
        opened.store.fetches("01K00000000000000000000000")


def test_many_steps_are_one_event(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who fetches a whole mailbox does not flood those who follow."""
    monkeypatch.setattr(log, "EVENT_LIMIT", 5)
    ids = opened.add(*[message(str(n)) for n in range(8)])
    numbers = [opened.store.message(id).summary.seq for id in ids]
    seq = opened.store.cursor().seq
    opened.store.note_fetches([Fetched(n, "S1", "RETR", "POP3", "all", None, 5) for n in numbers]).result(5)
    assert [event.kind for event in opened.store.events(seq).events] == ["reset"]
