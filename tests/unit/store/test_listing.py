"""Lists: how the engine finds its rows."""

import sqlite3
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import NotFound
from mailcatch.store.api import Change, Selection
from mailcatch.store.files import open_writer
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message


def test_a_jump_reads_no_rows(tmp_path: Path):
    """The position is found in an index alone: half a list of 100,000 is not read to show 50 rows."""
    connection: sqlite3.Connection = open_writer(tmp_path / "mail.db")
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT m.seq FROM messages m WHERE m.binned_at IS NULL AND m.origin <> 'append'"
        " ORDER BY m.seq DESC LIMIT 50 OFFSET 50000"
    ).fetchall()
    assert any("COVERING INDEX messages_listed" in row[-1] for row in plan), plan


def test_an_inbox_narrows_the_list(tmp_path: Path):
    """One that is not there is NotFound, not an empty list."""
    store = open_store(tmp_path / "mail.db", Bus())
    added(store.add(message()))
    assert store.messages(inbox="default").total == 1
    with pytest.raises(NotFound):
        store.messages(inbox="other")
    store.close()


def test_the_numbers_survive_reopening(tmp_path: Path):
    """They are counted once, when the file is opened."""
    store = open_store(tmp_path / "mail.db", Bus())
    ids = [added(store.add(message(str(number)))) for number in range(4)]
    store.change(Selection(ids=(ids[0],)), Change(bin=True)).result(10)
    store.change(Selection(ids=(ids[1],)), Change(read=True)).result(10)
    before = store.counts()
    store.close()
    store = open_store(tmp_path / "mail.db", Bus())
    assert store.counts() == before
    store.close()
