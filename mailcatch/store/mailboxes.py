"""Accounts and their mailboxes: what the user name of a mail client opens.

`all` exists from the start, the others from their first login. Storing a message writes no placement, in no account:
one for each recipient would multiply the rows of every mail for clients that may never come. A mailbox is filled when
an account is first opened, its UIDs in the order of arrival, and from then on kept up to date by who opened it.
"""

from __future__ import annotations

import sqlite3

from mailcatch.store.transaction import Transaction

MAILBOXES = (("INBOX", None), ("Sent", "\\Sent"), ("Drafts", "\\Drafts"), ("Trash", "\\Trash"), ("Junk", "\\Junk"))
"""The mailboxes of a new account, each with its special use (RFC 6154 §2)."""


def make_account(connection: sqlite3.Connection, kind: str, name: str, now: int) -> int:
    """Make an account with its empty mailboxes; return its number."""
    (account,) = connection.execute(
        "INSERT INTO accounts (kind, name, created_at) VALUES (?, ?, ?) RETURNING number", (kind, name, now)
    ).fetchone()
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    for mailbox, special_use in MAILBOXES:
        connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'uidvalidity'")
        connection.execute(
            "INSERT INTO mailboxes (account, name, special_use, uidvalidity, highest_modseq, expunged_floor)"
            " VALUES (?, ?, ?, (SELECT value FROM counters WHERE name = 'uidvalidity'), ?, ?)",
            (account, mailbox, special_use, seq, seq),
        )
    return int(account)


def expunge(transaction: Transaction, message: int, seq: int) -> None:
    """Take a message that goes for ever out of every mailbox; `seq`, of the event that says so, is the MODSEQ.

    Who polls the mailbox learns of the UIDs by `expunged` (RFC 7162 §3.2.5.1).
    """
    placed = transaction.execute("SELECT mailbox, uid FROM placements WHERE message = ?", (message,)).fetchall()
    if placed:
        transaction.executemany("INSERT INTO expunged VALUES (?, ?, ?)", [(*place, seq) for place in placed])
        transaction.executemany(
            "UPDATE mailboxes SET highest_modseq = max(highest_modseq, ?) WHERE number = ?",
            [(seq, mailbox) for mailbox, _ in placed],
        )
        transaction.execute("DELETE FROM placements WHERE message = ?", (message,))
