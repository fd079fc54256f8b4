"""The pool of reading connections."""

import sqlite3
import threading
from pathlib import Path

import pytest

from mailcatch.errors import Overloaded, StoreError
from mailcatch.store import readers
from mailcatch.store.files import open_writer
from mailcatch.store.readers import READERS, Readers


@pytest.fixture
def pool(tmp_path: Path):
    open_writer(tmp_path / "mail.db").close()
    made = Readers(tmp_path / "mail.db")
    yield made
    made.close()


def test_a_reader_cannot_write(pool: Readers):
    """Only one connection ever writes."""
    with pytest.raises(StoreError, match="readonly"), pool.read() as connection:
        connection.execute("DELETE FROM meta")


def test_connections_are_used_again(pool: Readers):
    """One after the other, one connection does."""
    seen = set()
    for _ in range(20):
        with pool.read() as connection:
            seen.add(id(connection))
    assert len(seen) == 1


def test_as_many_at_once_as_the_pool_has(pool: Readers):
    """Each its own."""
    contexts = [pool.read() for _ in range(READERS)]
    connections = [context.__enter__() for context in contexts]
    assert len({id(connection) for connection in connections}) == READERS
    for context in contexts:
        context.__exit__(None, None, None)


def test_a_query_that_takes_too_long_is_stopped(pool: Readers, monkeypatch: pytest.MonkeyPatch):
    """With a sentence, and the connection is good for the next."""
    monkeypatch.setattr(readers, "QUERY_SECONDS", 0.05)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(Overloaded, match="took longer"), pool.read() as connection:
        connection.execute(endless).fetchone()
    with pool.read() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_mistakes_in_sql_are_the_stores_own(pool: Readers):
    """They come out as StoreError, never as an engine's."""
    with pytest.raises(StoreError) as raised, pool.read() as connection:
        connection.execute("SELECT nonsense")
    assert isinstance(raised.value.__cause__, sqlite3.Error)


def test_more_than_the_pool_has_wait_their_turn(pool: Readers, monkeypatch: pytest.MonkeyPatch):
    """Not for ever: then they are told to come again; a connection that comes back is lent at once."""
    contexts = [pool.read() for _ in range(READERS)]
    for context in contexts:
        context.__enter__()
    monkeypatch.setattr(readers, "WAIT_SECONDS", 0.05)
    with pytest.raises(Overloaded, match="too many reads"), pool.read():
        pass
    monkeypatch.setattr(readers, "WAIT_SECONDS", 10)
    got = threading.Event()

    def read() -> None:
        with pool.read():
            got.set()

    waiting = threading.Thread(target=read)
    waiting.start()
    contexts.pop().__exit__(None, None, None)
    assert got.wait(5)
    waiting.join(5)
    for context in contexts:
        context.__exit__(None, None, None)


def test_a_closed_pool_says_so(pool: Readers):
    """Whoever still reads is waited for; whoever comes later is told, not left waiting."""
    entered, leave = threading.Event(), threading.Event()

    def read() -> None:
        with pool.read() as connection:
            entered.set()
            leave.wait(5)
            connection.execute("SELECT 1").fetchone()

    reading = threading.Thread(target=read)
    reading.start()
    assert entered.wait(5)
    closing = threading.Thread(target=pool.close)
    closing.start()
    leave.set()
    closing.join(5)
    reading.join(5)
    with pytest.raises(StoreError, match="closed"), pool.read():
        pass


def test_a_connection_that_cannot_be_opened_takes_no_place(tmp_path: Path):
    """However often it fails: when the file is there, it can be read."""
    pool = Readers(tmp_path / "late.db")
    for _ in range(READERS + 1):
        with pytest.raises(StoreError), pool.read() as connection:
            connection.execute("SELECT count(*) FROM messages")
    open_writer(tmp_path / "late.db").close()
    with pool.read() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    pool.close()
