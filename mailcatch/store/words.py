"""The word index: contentless, so whoever takes a message out must tell the words it was given."""

from __future__ import annotations

import sqlite3

from mailcatch.search.fold import words
from mailcatch.store.transaction import Transaction

VERSION = 1
"""The rules by which words are cut (`search.fold.words`); with a new number every index is made again."""

_INSERT = "INSERT INTO words (rowid, subject, people, body) VALUES (?, ?, ?, ?)"
_DELETE = "INSERT INTO words (words, rowid, subject, people, body) VALUES ('delete', ?, ?, ?, ?)"


def unindex(transaction: Transaction, message: int) -> None:
    """Take a message out; its folded texts must still be there."""
    row = transaction.execute(
        "SELECT message, subject, people, body FROM texts WHERE message = ?", (message,)
    ).fetchone()
    if row is not None:
        transaction.execute(_DELETE, _cut(row))


def unindex_all(transaction: Transaction) -> None:
    """Take everything out at once."""
    transaction.execute("INSERT INTO words (words) VALUES ('delete-all')")


def renew(connection: sqlite3.Connection, version: int = VERSION) -> bool:
    """Make the index again from the folded texts if it was made by other rules; tell whether it was."""
    (made_by,) = connection.execute("SELECT value FROM meta WHERE name = 'words'").fetchone()
    if made_by == str(version):
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        texts = connection.execute("SELECT message, subject, people, body FROM texts ORDER BY message")
        connection.executemany(_INSERT, map(_cut, texts))
        connection.execute("UPDATE meta SET value = ? WHERE name = 'words'", (str(version),))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return True


def _cut(row: tuple[int, str, str, str]) -> tuple[int, str, str, str]:
    message, subject, people, body = row
    return message, " ".join(words(subject)), " ".join(words(people)), " ".join(words(body))
