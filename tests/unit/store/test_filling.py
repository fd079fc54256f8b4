"""Filling the mailboxes of an account when it is opened."""

from __future__ import annotations

from mailcatch.store.api import Change, Retention, Selection
from tests.contract.conftest import message
from tests.unit.store.conftest import Opened
from tests.unit.store.test_copying import draft


def test_it_goes_on_where_it_ended(opened: Opened) -> None:
    """Past what was placed while the account was open, what was expunged, and what has gone for ever."""
    opened.add(message("1"))
    inbox = opened.boxes()["INBOX"]
    ids = opened.add(message("2"), message("3"))
    opened.store.delete(Selection(ids=ids[1:])).result(5)
    opened.reopen()
    opened.add(message("4"))
    opened.store.prune(Retention(max_messages=2), 0).result(5)
    opened.boxes()
    assert [each.uid for each in opened.placed(inbox)] == [2, 4]
    opened.boxes()
    assert [each.uid for each in opened.placed(inbox)] == [2, 4]
    assert opened.store.statuses([inbox])[0].uidnext == 5


def test_followers_hear_of_what_is_filled_in(opened: Opened) -> None:
    """It is newer than what they know, though the messages are older than that."""
    inbox = opened.boxes()["INBOX"]
    opened.reopen()
    opened.add(message())
    opened.store.create_mailbox(1, "Work").result(5)
    known = opened.store.statuses([inbox])[0].highest_modseq
    opened.boxes()
    assert [each.uid for each in opened.store.changes(inbox, known).changed] == [1]


def test_the_first_mail_of_all_is_news(opened: Opened) -> None:
    """MODSEQ is never 0, not even in an empty mailbox (RFC 7162 §3.1.1), and the first mail is past it."""
    inbox = opened.boxes()["INBOX"]
    known = opened.store.open_mailbox(inbox).status.highest_modseq
    assert known > 0
    opened.add(message())
    assert [each.uid for each in opened.store.changes(inbox, known).changed] == [1]


def test_binned_mail_is_in_the_trash_of_all(opened: Opened) -> None:
    """And in the INBOX of the others, whose Trash is their own."""
    opened.add(message("kept", rcpt="bob@x.test"), *[message("old", rcpt="bob@x.test", binned=True)])
    boxes, bob = opened.boxes(), opened.boxes("address", "bob@x.test")
    opened.add(message("new", rcpt="bob@x.test", binned=True))
    assert [len(opened.placed(boxes[name])) for name in ("INBOX", "Trash")] == [1, 2]
    assert [len(opened.placed(bob[name])) for name in ("INBOX", "Trash")] == [3, 0]


def test_what_was_binned_meanwhile(opened: Opened) -> None:
    """While nobody was logged in, mail that is placed already moves all the same."""
    (id,) = opened.add(message())
    boxes = opened.boxes()
    opened.reopen()
    opened.store.change(Selection(ids=(id,)), Change(bin=True)).result(5)
    opened.boxes()
    assert [len(opened.placed(boxes[name])) for name in ("INBOX", "Trash")] == [0, 1]


def test_appended_mail_is_only_where_it_was_put(opened: Opened) -> None:
    """Also where its envelope would say otherwise."""
    boxes = opened.boxes()
    opened.store.append(boxes["Sent"], draft(), 0, ()).result(5)
    opened.reopen()
    for kind, name in (("all", ""), ("address", "bob@x.test"), ("domain", "x.test"), ("inbox", "default")):
        assert opened.placed(opened.boxes(kind, name)["INBOX"]) == []  # type: ignore[arg-type]


def test_an_import_is_placed_in_its_order(opened: Opened) -> None:
    """With the flags it brings."""
    inbox = opened.boxes()["INBOX"]
    opened.store.import_all([message(str(n), read=n % 2 == 1) for n in range(20)]).result(5)
    assert [(each.uid, each.flags) for each in opened.placed(inbox)] == [(n + 1, n % 2) for n in range(20)]
