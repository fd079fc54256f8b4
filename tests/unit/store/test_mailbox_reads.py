"""What SELECT, FETCH and polling read."""

from __future__ import annotations

import pytest

from mailcatch.errors import NotFound
from mailcatch.mime.shape import shape_of
from mailcatch.model import DELETED, SEEN
from mailcatch.store import mailbox_reads, mailboxes
from mailcatch.store.mailbox_api import Wanted
from tests.contract.conftest import message
from tests.unit.store.conftest import WHOLE, Opened

ALL: tuple[Wanted, ...] = ("internal_at", "envelope", "bodystructure")


def test_a_mailbox_as_it_is_selected(opened: Opened) -> None:
    """UIDs, and the numbers that SELECT tells."""
    opened.add(*[message(str(n)) for n in range(5)])
    inbox = opened.boxes()["INBOX"]
    opened.store.store_flags(inbox, ((1, 2),), "add", SEEN, ("Blue", "$Red")).result(5)
    opened.store.store_flags(inbox, ((4, 4),), "add", DELETED, ()).result(5)
    opened.store.drop(inbox, ((1, 1),)).result(5)
    seen = opened.store.open_mailbox(inbox)
    assert list(seen.uids) == [2, 3, 4, 5]
    assert (seen.first_unseen, seen.permanent_keywords) == (2, ("$Red", "Blue"))
    status = seen.status
    assert (status.messages, status.unseen, status.deleted, status.uidnext) == (4, 3, 1, 6)
    assert status.size == sum(row.size for row in opened.store.rows(inbox, WHOLE))


def test_ranges_and_pages(opened: Opened) -> None:
    """However many pieces a set has; a limit cuts it, and one asks on from the last UID."""
    opened.add(*[message(str(n)) for n in range(9)])
    inbox = opened.boxes()["INBOX"]
    assert [each.uid for each in opened.store.placed(inbox, ((1, 2), (5, 5), (8, 99)))] == [1, 2, 5, 8, 9]
    assert [each.uid for each in opened.store.placed(inbox, ((2, 7),), 3)] == [2, 3, 4]
    assert [row.placed.uid for row in opened.store.rows(inbox, ((1, 1), (3, 9)), ALL, limit=2)] == [1, 3]


def test_changes_since(opened: Opened) -> None:
    """What came, what changed and what went after a MODSEQ; nothing if nothing did."""
    opened.add(message("a"), message("b"))
    inbox = opened.boxes()["INBOX"]
    known = opened.store.open_mailbox(inbox).status.highest_modseq
    assert opened.store.changes(inbox, known).changed == ()
    opened.add(message("c"))
    opened.store.store_flags(inbox, ((2, 2),), "add", SEEN, ()).result(5)
    opened.store.drop(inbox, ((1, 1), (3, 3))).result(5)
    changes = opened.store.changes(inbox, known)
    assert ([each.uid for each in changes.changed], changes.vanished, changes.uidnext) == ([2], (1, 3), 4)
    assert opened.store.changes(inbox, known, uidnext=3).vanished == (1,)
    assert not opened.store.changes(999, 0).exists


def test_the_shape_is_the_one_cut_at_ingest(opened: Opened) -> None:
    """And is cut anew where an older parser did it, or none."""
    opened.add(message("Grüße"))
    inbox = opened.boxes()["INBOX"]
    (row,) = opened.store.rows(inbox, WHOLE, ALL)
    raw = opened.store.octets(row.placed.message, 0, 1 << 20)
    assert (row.envelope, row.bodystructure) == shape_of(raw)
    opened.store._connection.execute("UPDATE structures SET parser = 0, bodystructure = x'00'")  # type: ignore[attr-defined]
    assert opened.store.rows(inbox, WHOLE, ALL) == (row,)


def test_octets(opened: Opened) -> None:
    """A piece, what there is of it past the end, and nothing of a message that is gone."""
    opened.add(message("x"))
    inbox = opened.boxes()["INBOX"]
    (row,) = opened.store.rows(inbox, WHOLE)
    number = row.placed.message
    assert opened.store.octets(number, 0, 5) == b"From:"
    assert opened.store.octets(number, row.size - 2, 100) == b"\r\n"
    assert opened.store.octets(number, row.size + 5, 5) == b""
    assert opened.store.part_tree(number).content_type == "text/plain"
    for missing in (lambda: opened.store.octets(99, 0, 1), lambda: opened.store.part_tree(99)):
        with pytest.raises(NotFound):
            missing()


def test_what_went_long_ago(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """When each UID went is forgotten after a while; who asks from before that hears of all that are not there."""
    monkeypatch.setattr(mailboxes, "KEPT", 3)
    opened.add(*[message(str(n)) for n in range(6)])
    inbox = opened.boxes()["INBOX"]
    long_ago = opened.store.statuses([inbox])[0].highest_modseq
    opened.store.drop(inbox, ((2, 2),)).result(5)
    for uid in (4, 5):
        lately = opened.store.statuses([inbox])[0].highest_modseq
        opened.store.drop(inbox, ((uid, uid),)).result(5)
    assert opened.store.changes(inbox, lately).vanished == (5,)
    assert opened.store.changes(inbox, long_ago).vanished == (2, 4, 5)
    kept = opened.store._connection.execute("SELECT count(*) FROM expunged").fetchone()  # type: ignore[attr-defined]
    assert kept[0] < 3


def test_the_reads_use_their_indexes(opened: Opened) -> None:
    """None of them goes through a whole table, nor sorts what comes in order."""
    opened.add(message())
    inbox = opened.boxes()["INBOX"]
    seen: list[str] = []
    with opened.store._readers.read() as connection:  # type: ignore[attr-defined]
        connection.set_trace_callback(seen.append)
        mailbox_reads.open_mailbox(connection, inbox)
        mailbox_reads.read_changes(connection, inbox, 0, None)
        for uids in (WHOLE, ((1, 1), (3, 3))):
            mailbox_reads.read_placed(connection, inbox, uids, 10)
            mailbox_reads.read_rows(connection, inbox, uids, ALL, 10)
        connection.set_trace_callback(None)
        selects = [sql for sql in seen if sql.startswith("SELECT")]
        plans = [row[3] for sql in selects for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(plans) > 8
    assert [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan] == []
