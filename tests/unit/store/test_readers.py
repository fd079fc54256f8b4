"""The pool of reading connections."""

import sqlite3
import threading
from pathlib import Path

import pytest

from mailcatch.errors import Overloaded, QueryError, StoreError
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


def test_searches_that_open_mail_leave_room_for_others(pool: Readers, monkeypatch: pytest.MonkeyPatch):
    """Two at a time: who comes third is told to come again, and lists are read meanwhile."""
    monkeypatch.setattr(readers, "WAIT_SECONDS", 0.05)
    with pool.read_contents(), pool.read_contents():
        with pytest.raises(Overloaded, match="open each mail"), pool.read_contents():
            pass
        with pool.read() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    with pool.read_contents() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_a_function_of_ours_raises_comes_out(pool: Readers):
    """SQLite only says that it raised; the connection is good for the next."""
    with pytest.raises(QueryError, match="cannot be read"), pool.read() as connection:
        connection.execute("SELECT text_is('regex', 'a(', 'a')").fetchone()
    with pytest.raises(StoreError), pool.read() as connection:
        connection.execute("SELECT contents_are(1, 'header', 'x', 'eq', '1')").fetchone()
    with pool.read() as connection:
        assert connection.execute("SELECT text_is('regex', 'a', 'a')").fetchone() == (1,)


def test_a_function_of_ours_is_stopped_in_time(pool: Readers):
    """SQLite looks at the clock but seldom; each comparison does."""
    many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) SELECT sum(text_is('regex', 'a', 'a')) FROM n"
    with pool.read() as connection:
        assert connection.execute(many).fetchone() == (100,)
    with pytest.raises(Overloaded, match="took longer"), pool.read(-1e-9) as connection:
        connection.execute(many).fetchone()
