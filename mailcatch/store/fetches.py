"""The end of a message's path: who took it by POP3 or IMAP."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from mailcatch.model import Fetch
from mailcatch.store.log import announce
from mailcatch.store.mailbox_api import Fetched
from mailcatch.store.messages import find
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction


def note(transaction: Transaction, fetched: Sequence[Fetched]) -> None:
    """Record steps, each once for message, session and act; a `path` event for each message that has a new one."""
    there = dict(
        transaction.execute(
            "SELECT seq, id FROM messages WHERE seq IN (SELECT value FROM json_each(?))",
            (text_of([each.message for each in fetched]),),
        )
    )
    touched: dict[int, str] = {}
    for each in fetched:
        if each.message not in there:
            continue  # it has gone meanwhile
        new = transaction.execute(
            "INSERT OR IGNORE INTO fetches (message, session, act, at, protocol, account, client)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (each.message, each.session, each.act, each.at, each.protocol, each.account, each.client),
        ).rowcount
        if new:
            touched[each.message] = there[each.message]
    announce(transaction, "path", touched)


def read_fetches(connection: sqlite3.Connection, id: str) -> tuple[Fetch, ...]:
    """Return the steps of a message, oldest first. Raises NotFound."""
    rows = connection.execute(
        "SELECT at, protocol, account, act, client, session FROM fetches WHERE message = ? ORDER BY at, act",
        (find(connection, id),),
    )
    return tuple([Fetch(*row) for row in rows])
