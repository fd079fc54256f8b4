"""The word index."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.store.files import open_writer
from mailcatch.store.sqlite import open_store
from mailcatch.store.words import VERSION, renew
from tests.contract.conftest import message


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    """Open a database with three messages in it."""
    store = open_store(tmp_path / "mail.db", Bus())
    for subject in ("one", "two Grüße", "密码 three"):
        store.add(message(subject)).result(10)
    store.close()
    return open_writer(tmp_path / "mail.db")


def found(connection: sqlite3.Connection, word: str) -> list[int]:
    return [seq for (seq,) in connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (word,))]


def test_an_index_of_older_rules_is_made_again(connection: sqlite3.Connection):
    """From the folded texts, once: every message is found as before."""
    connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
    connection.execute("INSERT INTO words (rowid, subject) VALUES (1, 'rubbish')")
    assert not renew(connection)
    assert renew(connection, VERSION + 1)
    assert not renew(connection, VERSION + 1)
    assert [found(connection, word) for word in ("one", '"grüsse"', '"密"', "rubbish")] == [[1], [2], [3], []]
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def test_an_index_that_cannot_be_made_stays(connection: sqlite3.Connection):
    """A disk that is full meanwhile: the old one is still there, and made again at the next start."""
    connection.execute("CREATE TEMP TRIGGER no BEFORE UPDATE ON main.meta BEGIN SELECT raise(FAIL, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        renew(connection, VERSION + 1)
    assert found(connection, "one") == [1]
    connection.execute("DROP TRIGGER no")
    assert renew(connection, VERSION + 1)
