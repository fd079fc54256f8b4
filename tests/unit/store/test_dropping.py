"""Copies that go."""

from __future__ import annotations

import pytest

from mailcatch.errors import NotFound
from mailcatch.model import DELETED, FLAGGED, SEEN
from mailcatch.store import steps
from mailcatch.store.api import Change, Selection
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened


def test_a_copy_in_the_trash_survives_as_binned_mail(opened: Opened) -> None:
    """Clients without MOVE copy there, then expunge."""
    (id,) = opened.add(message())
    boxes = opened.boxes()
    opened.store.copy(boxes["INBOX"], WHOLE, boxes["Trash"]).result(5)
    opened.store.store_flags(boxes["INBOX"], WHOLE, "add", DELETED, ()).result(5)
    assert opened.store.expunge(boxes["INBOX"]).result(5) == (1,)
    assert opened.store.message(id).summary.binned


def test_expunging_in_all_is_for_ever(opened: Opened) -> None:
    """The message goes everywhere, and other accounts hear of it; undeleted mail stays."""
    ids = opened.add(message("gone", rcpt="bob@x.test"), message("stays", rcpt="bob@x.test"))
    inbox, bob = opened.boxes()["INBOX"], opened.boxes("address", "bob@x.test")["INBOX"]
    known = opened.store.statuses([bob])[0].highest_modseq
    opened.store.store_flags(inbox, ((1, 1),), "add", DELETED, ()).result(5)
    assert opened.store.expunge(inbox).result(5) == (1,)
    with pytest.raises(NotFound):
        opened.store.message(ids[0])
    changes = opened.store.changes(bob, known)
    assert changes.vanished == (1,)
    assert [each.uid for each in opened.placed(bob)] == [2]


def test_expunging_elsewhere_takes_only_the_copy(opened: Opened) -> None:
    """The message stays, and the copy does not come back, at no later login."""
    (id,) = opened.add(message(rcpt="bob@x.test"))
    bob = opened.boxes("address", "bob@x.test")["INBOX"]
    assert opened.store.drop(bob, WHOLE).result(5) == (1,)
    assert opened.store.message(id).summary.id == id
    opened.reopen()
    assert opened.boxes("address", "bob@x.test")["INBOX"] == bob
    assert opened.placed(bob) == []


def test_a_copy_that_is_left_takes_the_messages_place(opened: Opened) -> None:
    """Outside the Trash it stays in the list; it has the message's flags from then on, and is told of."""
    (id,) = opened.add(message())
    boxes = opened.boxes()
    for folder in ("Trash", "Sent"):
        opened.store.copy(boxes["INBOX"], WHOLE, boxes[folder]).result(5)
    opened.store.change(Selection(ids=(id,)), Change(read=True)).result(5)
    known = opened.store.statuses([boxes["Sent"]])[0].highest_modseq
    opened.store.drop(boxes["INBOX"], WHOLE).result(5)
    assert not opened.store.message(id).summary.binned
    assert [each.flags for each in opened.store.changes(boxes["Sent"], known).changed] == [SEEN]
    opened.store.change(Selection(ids=(id,)), Change(pinned=True)).result(5)
    assert [opened.placed(boxes[folder])[0].flags for folder in ("Sent", "Trash")] == [SEEN | FLAGGED, 0]


def test_only_what_is_flagged_and_named(opened: Opened) -> None:
    """UID EXPUNGE leaves the others (RFC 4315 §2.1)."""
    opened.add(*[message(str(n)) for n in range(4)])
    inbox = opened.boxes()["INBOX"]
    opened.store.store_flags(inbox, ((1, 3),), "add", DELETED, ()).result(5)
    assert opened.store.expunge(inbox, ((2, 2), (4, 4))).result(5) == (2,)
    assert opened.store.expunge(inbox, ()).result(5) == ()
    assert opened.store.expunge(inbox).result(5) == (1, 3)
    assert opened.store.messages().total == 1


def test_many_go_in_steps(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer for all of them; mail is stored meanwhile. One message may be there twice."""
    monkeypatch.setattr(steps, "STEP", 3)
    opened.add(*[message(str(n)) for n in range(10)])
    inbox = opened.boxes()["INBOX"]
    opened.store.copy(inbox, ((1, 4),), inbox).result(5)
    dropping = opened.store.drop(inbox, ((1, 14),))
    opened.add(message("meanwhile"))
    assert dropping.result(5) == tuple(range(1, 15))
    assert [summary.subject for summary in opened.store.messages().messages] == ["meanwhile"]
    assert [each.uid for each in opened.placed(inbox)] == [15]


def test_a_folder_goes_with_its_mail(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """In `all` for ever, elsewhere not; and its number never means another folder."""
    monkeypatch.setattr(steps, "STEP", 2)
    (id, *others) = opened.add(*[message(str(n), rcpt="bob@x.test") for n in range(5)])
    for kind, name in (("address", "bob@x.test"), ("all", "")):
        account, inbox = opened.account(kind, name), opened.boxes(kind, name)["INBOX"]  # type: ignore[arg-type]
        work = opened.store.create_mailbox(account.number, "Work").result(5)
        opened.store.move(inbox, ((1, 4),), work.number).result(5)
        before = opened.store.cursor().seq
        opened.store.delete_mailbox(work.number).result(5)
        assert opened.store.cursor().seq > before
        assert not opened.store.changes(work.number, before).exists
        assert opened.store.create_mailbox(account.number, "Work").result(5).number > work.number
    with pytest.raises(NotFound):
        opened.store.message(id)
    assert [summary.id for summary in opened.store.messages().messages] == others[-1:]


def test_who_has_an_empty_folder_open_hears_of_its_end(opened: Opened) -> None:
    """The log moves though no mail does."""
    work = opened.store.create_mailbox(opened.account().number, "Work").result(5)
    before = opened.store.cursor().seq
    opened.store.delete_mailbox(work.number).result(5)
    assert opened.store.cursor().seq > before
