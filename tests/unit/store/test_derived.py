"""Derived rows: they follow their messages, and come again when the process was killed before they were written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.search.grammar import parse
from mailcatch.store import derived as module
from mailcatch.store.api import NewMessage, Selection, Store
from mailcatch.store.files import open_writer
from mailcatch.store.messages import add
from mailcatch.store.sqlite import open_store
from mailcatch.store.tally import Tally
from mailcatch.store.transaction import Transaction
from tests.contract.conftest import added, message

DERIVED = ("structures", "texts", "addresses", "domains", "words_data")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = open_store(path, Bus())
    yield made
    made.close()


def committed(path: Path, *news: NewMessage) -> None:
    """Commit messages as a process does that is killed before it catches up."""
    connection = open_writer(path)
    connection.execute("BEGIN IMMEDIATE")
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    transaction = Transaction(connection, seq, 0, Tally())
    for new in news:
        add(transaction, new)
    transaction.flush()
    connection.execute("UPDATE counters SET value = ? WHERE name = 'seq'", (transaction.seq,))
    connection.execute("COMMIT")
    connection.close()


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in DERIVED}
    connection.close()
    return found


def found(store: Store, text: str) -> list[str]:
    return [summary.subject for summary in store.messages(parse(text, now=0)).messages]


@pytest.mark.parametrize("read", ["search", "message", "counts"])
def test_who_reads_finds_what_was_acknowledged(store: Store, read: str):
    """However soon after it: a reader waits for what is not written yet (G1)."""
    for number in range(300):
        id = added(store.add(message(f"number {number}", rcpt=f"r{number}@x.test", body=f"body{number}")))
        if read == "search":
            assert found(store, f"body{number}") == [f"number {number}"]
            assert found(store, f"rcpt:r{number}@x.test") == [f"number {number}"]
        elif read == "message":
            assert store.message(id).root.length > 0
        else:
            assert len(store.counts().recipients) == min(number + 1, len(store.counts().recipients))


def test_what_a_killed_process_left_undone_is_made_up_for(path: Path, tmp_path: Path):
    """The rows are those that an orderly end gives."""
    news = [message(f"number {number}", rcpt=f"r{number}@x.test", body="wörds of it") for number in range(5)]
    other = open_store(tmp_path / "other.db", Bus())
    for new in news:
        added(other.add(new))
    other.close()
    first = open_store(path, Bus())
    added(first.add(news[0]))
    first.close()
    committed(path, *news[1:])
    assert len(rows(path)["structures"]) == 1
    again = open_store(path, Bus())
    assert len(found(again, "wörds")) == 5
    again.close()
    ours, theirs = rows(path), rows(tmp_path / "other.db")
    for table in DERIVED[:-1]:  # the word index depends on how many came at a time
        assert ours[table] == theirs[table]


def test_a_message_without_them_is_read_and_deleted_all_the_same(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """On a full disk they wait for the next start."""
    store.close()
    committed(path, message("left"))

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(module, "_restore", full)
        again = open_store(path, Bus())
    (summary,) = again.messages().messages
    assert again.message(summary.id).root.content_type == "text/plain"
    assert again.delete(Selection(ids=(summary.id,))).result(10).count == 1
    again.close()


def test_what_cannot_be_written_is_left_out_alone(store: Store, monkeypatch: pytest.MonkeyPatch):
    """Neither its message nor its neighbours' rows are lost."""
    real = module.text_of

    def refuses(value: object) -> object:
        return object() if value == poison.reading.root else real(value)

    poison = message("poison", body="p" * 77)
    with monkeypatch.context() as broken:
        broken.setattr(module, "text_of", refuses)
        ids = [added(store.add(new)) for new in (message("before"), poison, message("after"))]
        assert found(store, "before") == ["before"]
        assert found(store, "after") == ["after"]
        assert found(store, "poison") == []
    assert [store.message(id).summary.id for id in ids] == ids
