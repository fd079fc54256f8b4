"""Accounts and their folders: what the user name of a mail client opens.

`all` exists from the start, the others from their first login. A mailbox is filled when its account is opened, its
UIDs in the order of arrival; `filled` says how far, so that what was expunged there does not come back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from mailcatch.errors import Conflict, NotFound
from mailcatch.store.log import KEPT
from mailcatch.store.mailbox_api import Account, AccountKind, Mailbox, Status
from mailcatch.store.places import Place
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction

INBOX = "INBOX"
MAILBOXES = ((INBOX, None), ("Sent", "\\Sent"), ("Drafts", "\\Drafts"), ("Trash", "\\Trash"), ("Junk", "\\Junk"))
"""The mailboxes of a new account, each with its special use (RFC 6154 §2)."""

SEPARATOR = "/"

_COLUMNS = "number, account, name, special_use, subscribed, uidvalidity"


def make_account(connection: sqlite3.Connection, kind: str, name: str, now: int) -> int:
    """Make an account with its empty mailboxes; return its number."""
    (account,) = connection.execute(
        "INSERT INTO accounts (kind, name, created_at) VALUES (?, ?, ?) RETURNING number", (kind, name, now)
    ).fetchone()
    for mailbox, special_use in MAILBOXES:
        _make_mailbox(connection, account, mailbox, special_use)
    return int(account)


def _make_mailbox(connection: sqlite3.Connection, account: int, name: str, special_use: str | None = None) -> Mailbox:
    """Make an empty mailbox.

    Its number is its UIDVALIDITY, for neither comes again: a client may still have one open that is deleted, and must
    not find another in its place.
    """
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    (uidvalidity,) = connection.execute(
        "UPDATE counters SET value = value + 1 WHERE name = 'uidvalidity' RETURNING value"
    ).fetchone()
    row = connection.execute(
        "INSERT INTO mailboxes (number, account, name, special_use, uidvalidity, highest_modseq, expunged_floor)"
        f" VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6) RETURNING {_COLUMNS}",
        (uidvalidity, account, name, special_use, max(seq, 1), seq),
    ).fetchone()
    return _mailbox(row)


def find_account(transaction: Transaction, kind: AccountKind, name: str) -> Account:
    """Return an account, made if it is new."""
    row = transaction.execute("SELECT number FROM accounts WHERE kind = ? AND name = ?", (kind, name)).fetchone()
    number = row[0] if row else make_account(transaction.connection, kind, name, transaction.at)
    return Account(number, kind, name)


def place_of(connection: sqlite3.Connection, account: int) -> Place:
    """Return where an account's new mail goes."""
    numbers = dict(
        connection.execute(
            "SELECT name, number FROM mailboxes WHERE account = ? AND name IN ('INBOX', 'Trash')", (account,)
        )
    )
    return Place(account, numbers["INBOX"], numbers["Trash"])


def is_of_all(connection: sqlite3.Connection, mailbox: Mailbox) -> bool:
    """Tell whether a mailbox is of the account `all`, whose Trash is the Bin."""
    found = connection.execute("SELECT 1 FROM accounts WHERE number = ? AND kind = 'all'", (mailbox.account,))
    return found.fetchone() is not None


def list_mailboxes(connection: sqlite3.Connection, account: int) -> tuple[Mailbox, ...]:
    """Return the folders of an account, INBOX first, then by name."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM mailboxes WHERE account = ? ORDER BY name <> 'INBOX', name", (account,)
    )
    return tuple([_mailbox(row) for row in rows])


def find_mailbox(connection: sqlite3.Connection, account: int, name: str) -> Mailbox:
    """Return one folder; INBOX in any case. Raises NotFound."""
    name = INBOX if name.upper() == INBOX else name
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM mailboxes WHERE account = ? AND name = ?", (account, name)
    ).fetchone()
    if row is None:
        raise NotFound(f"no mailbox {name}")
    return _mailbox(row)


def mailbox_of(connection: sqlite3.Connection, number: int) -> Mailbox:
    """Return a mailbox by its number. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM mailboxes WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise NotFound("the mailbox is gone")
    return _mailbox(row)


def read_statuses(connection: sqlite3.Connection, numbers: Sequence[int]) -> tuple[Status, ...]:
    """Return the numbers of mailboxes, in the order asked for; those gone are left out."""
    found: list[Status] = []
    for number in numbers:
        row = connection.execute(
            f"SELECT recent_uid, uidnext, highest_modseq, {_COLUMNS} FROM mailboxes WHERE number = ?", (number,)
        ).fetchone()
        if row is None:
            continue
        recent_uid, uidnext, highest_modseq = row[:3]
        messages, recent, unseen, deleted, size = connection.execute(
            "SELECT count(*), coalesce(sum(uid >= ?), 0), coalesce(sum(flags & 1 = 0), 0),"
            " coalesce(sum(flags & 16 <> 0), 0), coalesce(sum(size), 0) FROM placements WHERE mailbox = ?",
            (recent_uid, number),
        ).fetchone()
        found.append(Status(_mailbox(row[3:]), messages, recent, unseen, deleted, size, uidnext, highest_modseq))
    return tuple(found)


def create(transaction: Transaction, account: int, name: str) -> Mailbox:
    """Make a folder and the levels above it. Raises Conflict if it is there."""
    levels = name.split(SEPARATOR)
    if levels[0].upper() == INBOX:
        levels[0] = INBOX
    made: Mailbox | None = None
    for depth in range(1, len(levels) + 1):
        path = SEPARATOR.join(levels[:depth])
        if not _exists(transaction, account, path):
            made = _make_mailbox(transaction.connection, account, path)
    if made is None:
        raise Conflict(f"the mailbox {name} is there already")
    return made


def check_removable(mailbox: Mailbox) -> None:
    """Raise Conflict for a mailbox that an account cannot be without."""
    if mailbox.name == INBOX or mailbox.special_use is not None:
        raise Conflict(f"{mailbox.name} cannot be deleted")


def rename(transaction: Transaction, mailbox: Mailbox, name: str) -> None:
    """Rename a folder with those below it, making the levels above the new name. Raises Conflict if it is there."""
    if mailbox.special_use is not None:
        raise Conflict(f"{mailbox.name} keeps its name")
    if name.upper() == INBOX or _exists(transaction, mailbox.account, name):
        raise Conflict(f"the mailbox {name} is there already")
    below = mailbox.name + SEPARATOR
    if name.startswith(below):
        raise Conflict("a mailbox cannot be moved below itself")
    above, _, _ = name.rpartition(SEPARATOR)
    if above and not _exists(transaction, mailbox.account, above):
        create(transaction, mailbox.account, above)
    transaction.execute(
        "UPDATE mailboxes SET name = ?1 || substr(name, ?2)"
        " WHERE account = ?3 AND (name = ?4 OR substr(name, 1, ?5) = ?6)",
        (name, len(mailbox.name) + 1, mailbox.account, mailbox.name, len(below), below),
    )


def subscribe(transaction: Transaction, account: int, name: str, on: bool) -> None:
    """Change the subscription of a folder. Raises NotFound."""
    mailbox = find_mailbox(transaction.connection, account, name)
    transaction.execute("UPDATE mailboxes SET subscribed = ? WHERE number = ?", (on, mailbox.number))


def claim_recent(transaction: Transaction, number: int) -> range:
    """Give what nobody has claimed to the caller. Raises NotFound."""
    row = transaction.execute("SELECT recent_uid, uidnext FROM mailboxes WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise NotFound("the mailbox is gone")
    recent, following = row
    if recent < following:
        transaction.execute("UPDATE mailboxes SET recent_uid = ? WHERE number = ?", (following, number))
    return range(recent, following)


def delete(transaction: Transaction, number: int) -> None:
    """Remove a mailbox that is empty; the log moves, so that who has it open hears of it."""
    transaction.next_seq()
    transaction.execute("DELETE FROM mailboxes WHERE number = ?", (number,))


def expunge(transaction: Transaction, modseqs: Mapping[int, int]) -> None:
    """Take messages that go for ever out of every mailbox, each with the MODSEQ of the event that says so."""
    placed = transaction.execute(
        "SELECT mailbox, uid, message FROM placements WHERE message IN (SELECT value FROM json_each(?))",
        (text_of(list(modseqs)),),
    ).fetchall()
    gone: dict[int, list[tuple[int, int]]] = {}
    for mailbox, uid, message in placed:
        gone.setdefault(mailbox, []).append((uid, modseqs[message]))
    transaction.executemany("DELETE FROM placements WHERE mailbox = ? AND uid = ?", [row[:2] for row in placed])
    note_expunged(transaction, gone)


def note_expunged(transaction: Transaction, gone: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Note (UID, MODSEQ) pairs that went, by mailbox: who follows it learns of them so (RFC 7162 §3.2.5.1).

    What is as old as the log's oldest events is forgotten: `read_changes` then goes by what is still there.
    """
    floor = transaction.seq - KEPT
    for mailbox, pairs in gone.items():
        transaction.executemany(
            "INSERT INTO expunged (mailbox, uid, modseq) VALUES (?, ?, ?)", [(mailbox, *pair) for pair in pairs]
        )
        transaction.execute("DELETE FROM expunged WHERE mailbox = ? AND modseq <= ?", (mailbox, floor))
        transaction.execute(
            "UPDATE mailboxes SET highest_modseq = max(highest_modseq, ?), expunged_floor = max(expunged_floor, ?)"
            " WHERE number = ?",
            (max((modseq for _, modseq in pairs), default=0), floor, mailbox),
        )


def _exists(transaction: Transaction, account: int, name: str) -> bool:
    found = transaction.execute("SELECT 1 FROM mailboxes WHERE account = ? AND name = ?", (account, name))
    return found.fetchone() is not None


def _mailbox(row: Sequence[object]) -> Mailbox:
    number, account, name, special_use, subscribed, uidvalidity = row
    return Mailbox(number, account, name, special_use, bool(subscribed), uidvalidity)  # type: ignore[arg-type] # a row
