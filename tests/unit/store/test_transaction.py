"""What an operation may do."""

from __future__ import annotations

import sqlite3

import pytest

from mailcatch.store.inserts import INBOX_MESSAGES, RAW
from mailcatch.store.schema import migrate, seed
from mailcatch.store.tally import Tally
from mailcatch.store.transaction import Transaction


@pytest.fixture
def transaction() -> Transaction:
    """Begin one at seq 7 in a database without foreign keys."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    seed(connection)
    return Transaction(connection, 7, 1_000, Tally())


def test_events_take_the_next_numbers(transaction: Transaction):
    """Or one that was taken for them before."""
    seq = transaction.next_seq()
    assert (transaction.event("removed", "x"), transaction.event("added", "y", seq)) == (9, 8)
    rows = transaction.execute("SELECT * FROM events ORDER BY seq").fetchall()
    assert rows == [(8, 1_000, "added", "y", None), (9, 1_000, "removed", "x", None)]


def test_rows_wait_until_somebody_looks(transaction: Transaction):
    """Whoever runs SQL finds what was added before, also in a table that others refer to."""
    connection = transaction.connection
    transaction.add(INBOX_MESSAGES, (1, 1))
    transaction.add(RAW, (1, b"x"))
    assert connection.execute("SELECT count(*) FROM raw").fetchone() == (0,)
    assert transaction.execute("SELECT count(*) FROM raw").fetchone() == (1,)
    assert transaction.connection.execute("SELECT * FROM inbox_messages").fetchall() == [(1, 1)]


def test_a_flush_writes_each_row_once(transaction: Transaction):
    """A second one has nothing to write."""
    transaction.add(RAW, (1, b"x"))
    transaction.flush()
    transaction.flush()
    assert transaction.execute("SELECT count(*) FROM raw").fetchone() == (1,)
