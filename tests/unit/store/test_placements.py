"""Messages in mailboxes: the rows."""

from __future__ import annotations

from mailcatch.model import ANSWERED, DELETED, SEEN
from mailcatch.store.api import Change, Selection
from mailcatch.store.placements import joined, split
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened


def test_the_web_changes_flags_of_placed_mail(opened: Opened) -> None:
    """Read and pinned reach every copy, with a newer MODSEQ; other flags stay."""
    (id,) = opened.add(message())
    inbox = opened.boxes()["INBOX"]
    opened.store.store_flags(inbox, WHOLE, "add", ANSWERED | DELETED, ()).result(5)
    old = opened.placed(inbox)[0].modseq
    opened.store.change(Selection(ids=(id,)), Change(read=True)).result(5)
    (copy,) = opened.placed(inbox)
    assert copy.flags == SEEN | ANSWERED | DELETED
    assert copy.modseq > old
    assert opened.store.statuses([inbox])[0].highest_modseq == copy.modseq


def test_keywords_keep_their_first_spelling() -> None:
    """They are compared whatever the case, and kept sorted."""
    assert split(joined(("b", "A", "a", "$Label1"))) == ("$Label1", "a", "b")
    assert split("") == ()


def test_a_tag_is_no_news_for_mailboxes(opened: Opened) -> None:
    """Only what they show gives a copy a new MODSEQ."""
    (id,) = opened.add(message())
    inbox = opened.boxes()["INBOX"]
    (before,) = opened.placed(inbox)
    opened.store.change(Selection(ids=(id,)), Change(add_tags=("t",))).result(5)
    assert opened.placed(inbox) == [before]


def test_binning_by_the_web_keeps_flags(opened: Opened) -> None:
    """Those of the message, those of the copy, and what the same change sets."""
    (id,) = opened.add(message())
    boxes = opened.boxes()
    opened.store.store_flags(boxes["INBOX"], WHOLE, "add", ANSWERED | DELETED, ("Blue",)).result(5)
    opened.store.change(Selection(ids=(id,)), Change(bin=True, read=True)).result(5)
    (copy,) = opened.placed(boxes["Trash"])
    assert (copy.flags, copy.keywords) == (ANSWERED | DELETED | SEEN, ("Blue",))
