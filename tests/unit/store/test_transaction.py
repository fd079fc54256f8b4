"""What an operation may do."""

import sqlite3

from mailcatch.store.tally import Tally
from mailcatch.store.transaction import Transaction


def test_events_take_the_next_numbers():
    """Or one that was taken for them before."""
    transaction = Transaction(sqlite3.connect(":memory:"), 7, 1_000, Tally())
    seq = transaction.next_seq()
    assert (transaction.event("removed", "x"), transaction.event("added", "y", seq)) == (9, 8)
    assert transaction.events == [(9, 1_000, "removed", "x", None), (8, 1_000, "added", "y", None)]
