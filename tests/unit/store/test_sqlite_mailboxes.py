"""Accounts on SQLite, over time."""

from __future__ import annotations

import pytest

from mailcatch.errors import Conflict, NotFound
from mailcatch.store import sqlite_mailboxes
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened


def test_an_account_is_filled_when_it_is_opened(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order of arrival, in as many steps as it takes; others' mail is not in it."""
    monkeypatch.setattr(sqlite_mailboxes, "FILL_STEP", 3)
    wanted = opened.add(*[message(f"{n}", rcpt="bob@x.test") for n in range(8)])
    opened.add(message("other", rcpt="eve@y.test"))
    for kind, name in (("address", "bob@x.test"), ("domain", "x.test")):
        inbox = opened.boxes(kind, name)["INBOX"]  # type: ignore[arg-type]
        rows = opened.store.rows(inbox, WHOLE)
        seqs = [opened.store.message(id).summary.seq for id in wanted]
        assert [(row.placed.uid, row.placed.message) for row in rows] == list(enumerate(seqs, 1))
    assert len(opened.placed(opened.boxes("inbox", "default")["INBOX"])) == 9
    assert len(opened.placed(opened.boxes()["INBOX"])) == 9


def test_new_mail_is_placed_as_it_is_stored(opened: Opened) -> None:
    """Whoever waits for the one finds the other."""
    inbox = opened.boxes("address", "bob@x.test")["INBOX"]
    opened.add(message(rcpt="bob@x.test"), message(rcpt="eve@y.test"), message(rcpt="bob@x.test"))
    assert [each.uid for each in opened.placed(inbox)] == [1, 2]
    assert opened.store.statuses([inbox])[0].uidnext == 3


def test_uids_outlive_a_restart(opened: Opened) -> None:
    """What came while nobody was logged in gets the next ones."""
    opened.add(message(rcpt="bob@x.test"))
    inbox = opened.boxes("address", "bob@x.test")["INBOX"]
    validity = opened.store.mailbox(opened.account("address", "bob@x.test").number, "inbox").uidvalidity
    opened.add(message(rcpt="bob@x.test"))
    opened.reopen()
    opened.add(message(rcpt="bob@x.test"))
    assert [each.uid for each in opened.placed(inbox)] == [1, 2]
    assert opened.boxes("address", "bob@x.test")["INBOX"] == inbox
    assert [each.uid for each in opened.placed(inbox)] == [1, 2, 3]
    assert opened.store.mailbox(opened.account("address", "bob@x.test").number, "INBOX").uidvalidity == validity


def test_recent_mail_is_given_to_one(opened: Opened) -> None:
    """The next one gets what came since."""
    opened.add(message(), message())
    inbox = opened.boxes()["INBOX"]
    assert opened.store.claim_recent(inbox).result(5) == range(1, 3)
    assert opened.store.claim_recent(inbox).result(5) == range(3, 3)
    opened.add(message())
    assert opened.store.statuses([inbox])[0].recent == 1


def test_folders(opened: Opened) -> None:
    """Made with the levels above, renamed with those below, and subscribed."""
    account, store = opened.account().number, opened.store
    store.create_mailbox(account, "Work/2026/May").result(5)
    assert [box.name for box in store.mailboxes(account)][:2] == ["INBOX", "Drafts"]
    work = store.mailbox(account, "Work")
    store.rename_mailbox(work.number, "Old/Work").result(5)
    names = {box.name for box in store.mailboxes(account)}
    assert {"Old", "Old/Work", "Old/Work/2026", "Old/Work/2026/May"} <= names
    assert "Work" not in names
    store.subscribe(account, "Old", False).result(5)
    assert not store.mailbox(account, "Old").subscribed
    store.delete_mailbox(store.mailbox(account, "Old/Work/2026").number).result(5)
    with pytest.raises(NotFound):
        store.mailbox(account, "Old/Work/2026")


def test_what_cannot_be_done_to_folders(opened: Opened) -> None:
    """An account keeps its own five, and no name is given twice."""
    account, store = opened.account().number, opened.store
    inbox, sent = store.mailbox(account, "INBOX").number, store.mailbox(account, "Sent").number
    made = store.create_mailbox(account, "A").result(5)
    for refused in (
        store.create_mailbox(account, "Sent"),
        store.create_mailbox(account, "inbox"),
        store.delete_mailbox(inbox),
        store.delete_mailbox(sent),
        store.rename_mailbox(sent, "B"),
        store.rename_mailbox(made.number, "Sent"),
        store.rename_mailbox(made.number, "A/B"),
    ):
        with pytest.raises(Conflict):
            refused.result(5)


def test_renaming_the_inbox_moves_its_mail(opened: Opened) -> None:
    """INBOX itself stays (RFC 3501 §6.3.5)."""
    opened.add(message())
    boxes = opened.boxes()
    opened.store.rename_mailbox(boxes["INBOX"], "Kept").result(5)
    assert opened.placed(boxes["INBOX"]) == []
    assert len(opened.placed(opened.boxes()["Kept"])) == 1


def test_a_failed_login_leaves_nothing_open(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail that comes later is stored all the same."""

    def broken(*_: object) -> bool:
        raise ValueError("no")

    with monkeypatch.context() as breaking:
        breaking.setattr("mailcatch.store.filling.fill", broken)
        failing = opened.store.open_account("address", "bob@x.test", 1)
        assert failing.exception(5) is not None
    opened.add(message(rcpt="bob@x.test"))
    assert len(opened.placed(opened.boxes("address", "bob@x.test")["INBOX"])) == 1
