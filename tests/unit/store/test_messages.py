"""The statements about messages: what the contract cannot see of the engine."""

import sqlite3
import time
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.store.api import Retention, Selection
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message

TABLES = ("messages", "raw", "structures", "texts", "addresses", "tags", "inbox_messages", "placements")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


def test_deleting_leaves_no_row_and_a_sound_index(path: Path):
    """Every table is empty of it, the word index agrees with what is left, and no foreign key dangles."""
    store = open_store(path, Bus())
    ids = [added(store.add(message(f"subject {n} Grüße 密码", body=f"word{n}", tags=("t",)))) for n in range(20)]
    store.delete(Selection(ids=tuple(ids[:19]))).result(10)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'word3'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'word19'").fetchone() == (1,)
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    assert counts == dict.fromkeys(TABLES, 1) | {"addresses": counts["addresses"], "placements": 0}


def test_space_is_given_back(path: Path):
    """A pruned database's file shrinks."""
    store = open_store(path, Bus())
    for future in [store.add(message(body="x" * 100_000)) for _ in range(100)]:
        future.result(30)
    store.close()
    before = path.stat().st_size
    store = open_store(path, Bus())
    assert store.prune(Retention(max_messages=10), 0).result(10).count == 90
    deadline = time.monotonic() + 10
    while path.stat().st_size > before / 3:  # the writer does it when nothing else is to be done
        assert time.monotonic() < deadline, "the file did not shrink"
    store.close()
