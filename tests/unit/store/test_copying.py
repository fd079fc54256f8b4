"""From one mailbox to another."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mailcatch.errors import NotFound
from mailcatch.model import DELETED, FLAGGED, SEEN
from mailcatch.store.api import NOWHERE, Change, NewMessage, Selection
from mailcatch.store.mailbox_api import AccountKind
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened


def draft(subject: str = "draft") -> NewMessage:
    """Make what a mail client keeps."""
    return replace(message(subject), origin="append", destination=NOWHERE)


def test_a_copy_has_flags_of_its_own(opened: Opened) -> None:
    """It begins with the original's."""
    opened.add(message())
    boxes = opened.boxes()
    opened.store.store_flags(boxes["INBOX"], WHOLE, "set", SEEN, ("Work",)).result(5)
    copied = opened.store.copy(boxes["INBOX"], WHOLE, boxes["Sent"]).result(5)
    assert copied.pairs == ((1, 1),)
    opened.store.store_flags(boxes["Sent"], WHOLE, "set", FLAGGED, ()).result(5)
    assert opened.placed(boxes["INBOX"])[0].flags == SEEN
    assert opened.placed(boxes["Sent"])[0].flags == FLAGGED


def test_the_trash_of_all_is_the_bin(opened: Opened) -> None:
    """Moved there, a message is binned; moved back, it is not; and the web moves the copy."""
    (id,) = opened.add(message())
    boxes = opened.boxes()
    opened.store.move(boxes["INBOX"], WHOLE, boxes["Trash"]).result(5)
    assert opened.store.message(id).summary.binned
    assert (opened.store.counts().total, opened.store.counts().binned) == (0, 1)
    opened.store.change(Selection(ids=(id,)), Change(bin=False)).result(5)
    assert opened.placed(boxes["Trash"]) == []
    assert [each.uid for each in opened.placed(boxes["INBOX"])] == [2]
    opened.store.change(Selection(ids=(id,)), Change(bin=True)).result(5)
    assert [each.uid for each in opened.placed(boxes["Trash"])] == [2]


def test_appended_mail_goes_with_its_last_copy(opened: Opened) -> None:
    """It is in no list, no count and no event, and has the flags it came with."""
    boxes, before = opened.boxes(), opened.store.cursor().seq
    opened.store.append(boxes["Drafts"], draft(), SEEN, ("Later",)).result(5)
    (copy,) = opened.placed(boxes["Drafts"])
    assert (copy.flags, copy.keywords) == (SEEN, ("Later",))
    assert opened.store.messages().total == 0
    assert opened.store.events(before).events == ()
    opened.store.copy(boxes["Drafts"], WHOLE, boxes["Sent"]).result(5)
    opened.store.drop(boxes["Drafts"], WHOLE).result(5)
    assert opened.store.octets(copy.message, 0, 5) == b"From:"
    opened.store.drop(boxes["Sent"], WHOLE).result(5)
    with pytest.raises(NotFound):
        opened.store.octets(copy.message, 0, 5)


def test_what_is_moved_stays_delivered(opened: Opened) -> None:
    """Its flags are those of the message wherever it lies; who follows the source hears of it."""
    (id,) = opened.add(message(rcpt="bob@x.test"))
    boxes = opened.boxes("address", "bob@x.test")
    known = opened.store.statuses([boxes["INBOX"]])[0].highest_modseq
    assert opened.store.move(boxes["INBOX"], WHOLE, boxes["Junk"]).result(5).pairs == ((1, 1),)
    assert opened.store.changes(boxes["INBOX"], known).vanished == (1,)
    opened.store.change(Selection(ids=(id,)), Change(read=True)).result(5)
    assert opened.placed(boxes["Junk"])[0].flags == SEEN
    assert not opened.store.message(id).summary.binned


def test_a_move_within_a_mailbox_gives_new_uids(opened: Opened) -> None:
    """Nothing is lost by it."""
    opened.add(message("a"), message("b"))
    inbox = opened.boxes()["INBOX"]
    assert opened.store.move(inbox, ((1, 1),), inbox).result(5).pairs == ((1, 3),)
    assert [each.uid for each in opened.placed(inbox)] == [2, 3]


def test_the_bin_of_all_is_nobody_elses(opened: Opened) -> None:
    """In another account the Trash is a folder like any other."""
    (id,) = opened.add(message(rcpt="bob@x.test"))
    everything, bob = opened.boxes(), opened.boxes("address", "bob@x.test")
    opened.store.move(bob["INBOX"], WHOLE, bob["Trash"]).result(5)
    assert not opened.store.message(id).summary.binned
    opened.store.move(everything["INBOX"], WHOLE, everything["Trash"]).result(5)
    assert opened.store.message(id).summary.binned
    assert len(opened.placed(bob["Trash"])) == 1


def test_nothing_goes_where_nothing_is(opened: Opened) -> None:
    """A target that is gone is not found, and nothing was done; no UIDs are nothing to do."""
    opened.add(message())
    inbox = opened.boxes()["INBOX"]
    for act in (opened.store.copy, opened.store.move):
        with pytest.raises(NotFound):
            act(inbox, WHOLE, 999).result(5)
        assert act(inbox, ((5, 9),), inbox).result(5).pairs == ()
    with pytest.raises(NotFound):
        opened.store.append(999, draft(), 0, ()).result(5)
    assert [each.uid for each in opened.placed(inbox)] == [1]


@pytest.mark.parametrize(("kind", "name"), [("all", ""), ("address", "bob@x.test")])
def test_a_draft_that_is_dropped_is_gone(opened: Opened, kind: AccountKind, name: str) -> None:
    """In every account, for it is nowhere else."""
    drafts = opened.boxes(kind, name)["Drafts"]
    opened.store.append(drafts, draft(), DELETED, ()).result(5)
    (copy,) = opened.placed(drafts)
    assert opened.store.expunge(drafts).result(5) == (1,)
    with pytest.raises(NotFound):
        opened.store.part_tree(copy.message)
