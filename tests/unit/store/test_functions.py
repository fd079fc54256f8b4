"""The functions that SQL calls."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailcatch.errors import Overloaded, QueryError
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.store.files import open_writer
from mailcatch.store.functions import Functions
from tests.unit.store.test_derived import committed

RAW = b"Subject: x\r\nX-Run: 42\r\n\r\nx\r\n"


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    path = tmp_path / "mail.db"
    open_writer(path).close()
    committed(path, compose(Arrival(RAW, Envelope("", (Recipient("bob@x.test"),)), "smtp", 1)))
    return sqlite3.connect(path)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("text_is('glob', 'a*', 'abc')", 1),
        ("text_is('regex', '^b', 'abc')", 0),
        ("text_is('regex', '^b', NULL)", 0),
        ("name_is('contains', 'strasse', 'STRASSE')", 1),
        ("name_is('contains', 'strasse', 'Straße')", 1),
        ("name_is('contains', 'x', NULL)", 0),
        ("contents_are(1, 'header', 'x-run', 'eq', '42')", 1),
        ("contents_are(1, 'header', 'x-run', 'exists', '')", 1),
        ("contents_are(1, 'header', 'x-none', 'exists', '')", 0),
        ("contents_are(1, 'header', 'x-run', 'eq', '4')", 0),
    ],
)
def test_calls(connection: sqlite3.Connection, call: str, answer: int) -> None:
    """They compare as predicates do."""
    Functions(connection)
    assert connection.execute(f"SELECT {call}").fetchone() == (answer,)


def test_what_is_raised_is_kept(connection: sqlite3.Connection) -> None:
    """SQLite does not hand it on."""
    functions = Functions(connection)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT text_is('regex', 'a(', 'a')").fetchone()
    assert isinstance(functions.error, QueryError)
    functions.renew()
    assert functions.error is None


def test_a_message_is_opened_once(connection: sqlite3.Connection) -> None:
    """Though a list asks twice, for its page and for its numbers; in another transaction it is asked anew."""
    functions = Functions(connection)
    for _ in range(3):
        connection.execute("SELECT contents_are(1, 'header', 'x-run', 'eq', '42')").fetchone()
        connection.execute("SELECT contents_are(1, 'header', 'subject', 'eq', 'x')").fetchone()
    assert functions.opened == 1
    functions.renew()
    assert functions.opened == 0


def test_it_may_be_too_late(connection: sqlite3.Connection) -> None:
    """Then no further message is opened."""

    def late() -> None:
        raise Overloaded("too late")

    functions = Functions(connection, late)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT contents_are(1, 'header', 'x-run', 'eq', '42')").fetchone()
    assert isinstance(functions.error, Overloaded)
    assert functions.opened == 0
