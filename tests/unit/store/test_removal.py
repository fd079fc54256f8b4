"""Removing messages: what the contract cannot see of the engine."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.store.api import Retention, Selection, Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message

TABLES = ("messages", "raw", "structures", "texts", "addresses", "tags", "inbox_messages", "placements")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


def filled(path: Path, count: int) -> tuple[Store, list[str]]:
    store = open_store(path, Bus())
    new = [message(f"subject {n} Grüße 密码", body=f"word{n}", tags=("t",)) for n in range(count)]
    return store, [future.result(30).id for future in [store.add(one) for one in new]]


def sound(connection: sqlite3.Connection) -> None:
    """Assert that index and foreign keys agree with what is there."""
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("left", [1, 0], ids=["all but one", "all"])
def test_deleting_leaves_no_row_and_a_sound_index(path: Path, left: int):
    """Every table is empty of it, the word index agrees with what is left, and no foreign key dangles."""
    store, ids = filled(path, 20)
    store.delete(Selection(ids=tuple(ids[: 20 - left]))).result(10)
    store.close()
    with sqlite3.connect(path) as connection:
        sound(connection)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'word3'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'word19'").fetchone() == (left,)
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    assert counts == dict.fromkeys(TABLES, left) | {"addresses": counts["addresses"], "placements": 0}


def test_the_index_takes_new_mail_after_everything_went(path: Path):
    """Emptied at once, it is as good as new."""
    store, _ = filled(path, 5)
    store.delete(Selection(everything=True)).result(10)
    added(store.add(message(body="word3")))
    store.close()
    with sqlite3.connect(path) as connection:
        sound(connection)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'word3'").fetchone() == (1,)


def test_mail_that_the_relay_has_in_hand_stays(path: Path):
    """Retention passes over it; an explicit delete cancels what is left of it (G14)."""
    store, ids = filled(path, 4)
    with sqlite3.connect(path) as other:
        for number, state in enumerate(("held", "sent", "deferred"), 1):
            other.execute(
                "INSERT INTO relay_jobs SELECT ?, id, seq, '', 'auto', NULL, NULL, NULL, 0, 0 FROM messages WHERE id = ?",
                (number, ids[number - 1]),
            )
            other.execute(
                "INSERT INTO relay_recipients (number, job, address, original, domain, state) VALUES (?1, ?1, '', '', '', ?2)",
                (number, state),
            )
    while store.prune(Retention(max_messages=0), 0).result(10).count:
        pass
    assert {summary.id for summary in store.messages().messages} == {ids[0], ids[2]}
    store.delete(Selection(ids=(ids[0],))).result(10)
    store.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT state FROM relay_recipients").fetchall() == [("deferred",)]


def test_space_is_given_back(path: Path):
    """A pruned database's file shrinks, however much there is to give back."""
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
