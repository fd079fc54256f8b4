"""Accounts, their mailboxes, and what is left of a message there when it goes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.store.api import Selection
from mailcatch.store.files import open_writer
from mailcatch.store.mailboxes import MAILBOXES, make_account
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import message


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return open_writer(tmp_path / "mail.db")


def test_an_account_has_its_mailboxes(connection: sqlite3.Connection):
    """Each with a UIDVALIDITY of its own, empty, its first UID being 1."""
    number = make_account(connection, "address", "ann@x.test", 1_000)
    rows = connection.execute(
        "SELECT name, special_use, uidnext FROM mailboxes WHERE account = ? ORDER BY number", (number,)
    ).fetchall()
    assert rows == [(name, use, 1) for name, use in MAILBOXES]
    (count, distinct) = connection.execute("SELECT count(*), count(DISTINCT uidvalidity) FROM mailboxes").fetchone()
    assert count == distinct == 2 * len(MAILBOXES)


def test_no_placement_is_written_for_mail_that_arrives(tmp_path: Path):
    """A mailbox is filled when it is first opened; until then mail costs no row there."""
    store = open_store(tmp_path / "mail.db", Bus())
    store.add(message()).result(10)
    store.close()
    with sqlite3.connect(tmp_path / "mail.db") as connection:
        assert connection.execute("SELECT count(*) FROM placements").fetchone() == (0,)


def test_a_message_that_goes_is_expunged_from_every_mailbox(tmp_path: Path):
    """Its UIDs are noted with the MODSEQ of the event, which the mailbox takes over."""
    store = open_store(tmp_path / "mail.db", Bus())
    gone, kept = (store.add(message(subject)).result(10) for subject in ("gone", "kept"))
    with sqlite3.connect(tmp_path / "mail.db") as other:
        rows = [(1, 1, gone.seq), (1, 2, kept.seq), (2, 7, gone.seq)]
        other.executemany("INSERT INTO placements VALUES (?, ?, ?, 1, 0, '', 1, 0, 9)", rows)
    seq = store.delete(Selection(ids=(gone.id,))).result(10).seq
    store.close()
    with sqlite3.connect(tmp_path / "mail.db") as connection:
        assert connection.execute("SELECT mailbox, uid, modseq FROM expunged ORDER BY 1").fetchall() == [
            (1, 1, seq),
            (2, 7, seq),
        ]
        assert connection.execute("SELECT mailbox, uid FROM placements").fetchall() == [(1, 2)]
        assert connection.execute("SELECT highest_modseq FROM mailboxes WHERE number < 3").fetchall() == [
            (seq,),
            (seq,),
        ]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
