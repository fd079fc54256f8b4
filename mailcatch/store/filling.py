"""Filling the mailboxes of an account: when it is opened, with what came since it was last open.

Storing mail places it in accounts that are open (`places`); a restart forgets which were. How far an account is filled
stands in its mailboxes, so that what was expunged there does not come back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from mailcatch.store.mailboxes import place_of
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction

_WAITING = {
    "all": "SELECT seq FROM messages WHERE seq > ?1 AND ?2 = '' ORDER BY seq LIMIT ?3",
    "address": "SELECT message FROM addresses WHERE key = ?2 AND message > ?1 AND roles & 1 ORDER BY message LIMIT ?3",
    "domain": "SELECT DISTINCT message FROM addresses WHERE key IN (SELECT key FROM domains WHERE domain = ?2)"
    " AND message > ?1 AND roles & 1 ORDER BY message LIMIT ?3",
    "inbox": "SELECT message FROM inbox_messages WHERE inbox = (SELECT number FROM inboxes WHERE name = ?2)"
    " AND message > ?1 ORDER BY message LIMIT ?3",
}
"""The messages of an account past a seq. The bit is that of `addresses.RCPT`: whom SMTP named."""


def fill(transaction: Transaction, account: int, kind: str, name: str, limit: int) -> bool:
    """Place what came for an account since it was last open, at most `limit` messages; tell whether that was all."""
    connection = transaction.connection
    (filled,) = connection.execute("SELECT max(filled) FROM mailboxes WHERE account = ?", (account,)).fetchone()
    waiting = [row[0] for row in connection.execute(_WAITING[kind], (filled, name, limit))]
    if waiting:
        place, modseq = place_of(connection, account), transaction.next_seq()
        if kind == "all":
            deliver(connection, place.inbox, waiting, modseq=modseq, at=transaction.at, where="m.binned_at IS NULL")
            deliver(connection, place.trash, waiting, modseq=modseq, at=transaction.at, where="m.binned_at IS NOT NULL")
        else:
            deliver(connection, place.inbox, waiting, modseq=modseq, at=transaction.at)
    return len(waiting) < limit


def deliver(
    connection: sqlite3.Connection, mailbox: int, messages: Sequence[int], *, modseq: int, at: int, where: str = "1"
) -> None:
    """Place delivered copies of messages, ascending, in a mailbox; `where` is SQL about a message m."""
    (uid,) = connection.execute("SELECT uidnext FROM mailboxes WHERE number = ?", (mailbox,)).fetchone()
    count = connection.execute(
        "INSERT INTO placements (mailbox, uid, message, delivered, flags, keywords, modseq, saved_at, size)"
        " SELECT ?1, ?2 - 1 + row_number() OVER (ORDER BY m.seq), m.seq, 1, m.flags, m.keywords, ?3, ?4, m.size"
        " FROM json_each(?5) w CROSS JOIN messages m ON m.seq = w.value"
        f" WHERE m.origin <> 'append' AND {where}",
        (mailbox, uid, modseq, at, text_of(list(messages))),
    ).rowcount
    connection.execute(
        "UPDATE mailboxes SET uidnext = uidnext + ?1, highest_modseq = max(highest_modseq, ?2),"
        " filled = max(filled, ?3) WHERE number = ?4",
        (count, modseq if count else 0, messages[-1], mailbox),
    )
