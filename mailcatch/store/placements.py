"""Messages in mailboxes: the rows, how they come and go, and what delivered copies share with their message.

MODSEQ is the log's seq (RFC 7162): of the event that tells everyone, or, where only mailboxes change, a number of its
own. Flags of delivered copies are one state with the message's; `DELETED` is of each copy alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mailcatch.model import DELETED
from mailcatch.store.mailbox_api import Mailbox, Range
from mailcatch.store.mailboxes import mailbox_of, note_expunged, place_of
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction

_RANGES = "SELECT json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS last FROM json_each(?)"


class Copy(NamedTuple):
    """A row of `placements`."""

    uid: int
    message: int
    delivered: int
    flags: int
    keywords: str
    modseq: int
    size: int


_COPY = "p.uid, p.message, p.delivered, p.flags, p.keywords, p.modseq, p.size"


def in_ranges(columns: str, uids: Sequence[Range], *, joined: str = "") -> tuple[str, tuple[object, ...]]:
    """Return a statement's beginning for the placements p of `:mailbox` with some UIDs, ascending.

    The mailbox's number is its first parameter after those of the ranges.
    """
    if len(uids) == 1:
        first, last = uids[0]
        return (
            f"SELECT {columns} FROM placements p{joined} WHERE p.uid BETWEEN ? AND ? AND p.mailbox = ?",
            (first, last),
        )
    return (
        f"SELECT {columns} FROM ({_RANGES}) r CROSS JOIN placements p{joined}"
        " WHERE p.uid BETWEEN r.first AND r.last AND p.mailbox = ?",
        (text_of(list(uids)),),
    )


def copies_of(connection: sqlite3.Connection, mailbox: int, uids: Sequence[Range]) -> list[Copy]:
    """Return the copies in a mailbox with those UIDs, ascending."""
    sql, parameters = in_ranges(_COPY, uids)
    return [Copy(*row) for row in connection.execute(sql, (*parameters, mailbox))]


def uids_of(connection: sqlite3.Connection, mailbox: int, uids: Sequence[Range], flags: int = 0) -> list[int]:
    """Return which of those UIDs there are, ascending; with `flags`, of copies that have them all."""
    sql, parameters = in_ranges("p.uid", uids)
    return [uid for (uid,) in connection.execute(f"{sql} AND p.flags & ? = ?", (*parameters, mailbox, flags, flags))]


def split(keywords: str) -> tuple[str, ...]:
    """Return the keywords of a column."""
    return tuple(keywords.split(" ")) if keywords else ()


def joined(keywords: Iterable[str]) -> str:
    """Return keywords for a column: sorted, each once, whatever its case."""
    return " ".join(sorted({keyword.lower(): keyword for keyword in keywords}.values()))


def write_through(transaction: Transaction, states: Mapping[int, tuple[int, str, int]]) -> None:
    """Give delivered copies the (flags, keywords, MODSEQ) of their message."""
    mailboxes: dict[int, int] = {}
    for message, (flags, keywords, modseq) in states.items():
        rows = transaction.execute(
            "UPDATE placements SET flags = (flags & ?1) | ?2, keywords = ?3, modseq = ?4"
            " WHERE message = ?5 AND delivered = 1 AND (flags & ~?1 <> ?2 OR keywords <> ?3) RETURNING mailbox",
            (DELETED, flags & ~DELETED, keywords, modseq, message),
        ).fetchall()
        for (mailbox,) in rows:
            mailboxes[mailbox] = max(mailboxes.get(mailbox, 0), modseq)
    for mailbox, modseq in mailboxes.items():
        touch(transaction, [mailbox], modseq)


def touch(transaction: Transaction, mailboxes: Iterable[int], modseq: int) -> None:
    """Note that mailboxes have changed."""
    transaction.executemany(
        "UPDATE mailboxes SET highest_modseq = max(highest_modseq, ?) WHERE number = ?",
        [(modseq, mailbox) for mailbox in mailboxes],
    )


def put_copies(
    transaction: Transaction, source: int, uids: Sequence[Range], to: Mailbox, *, count: int, modseq: int
) -> int:
    """Put copies of all `count` messages with those UIDs into a mailbox, in their order; return the first new UID.

    One statement: COPY is all or nothing (RFC 3501 §6.4.7), so mail that arrives has to wait for the whole of it.
    """
    first = _new_uids(transaction, to, count, modseq)
    columns = "?, ? + row_number() OVER (ORDER BY p.uid), p.message, 0, p.flags, p.keywords, ?, ?, p.size"
    sql, parameters = in_ranges(columns, uids)
    transaction.execute(
        f"INSERT INTO placements (mailbox, uid, message, delivered, flags, keywords, modseq, saved_at, size) {sql}",
        (to.number, first - 1, modseq, transaction.at, *parameters, source),
    )
    return first


def _new_uids(transaction: Transaction, to: Mailbox, count: int, modseq: int) -> int:
    """Take UIDs of a mailbox that changes with this MODSEQ; return the first."""
    (first,) = transaction.execute(
        "UPDATE mailboxes SET uidnext = uidnext + ?1, highest_modseq = max(highest_modseq, ?2) WHERE number = ?3"
        " RETURNING uidnext - ?1",
        (count, modseq, to.number),
    ).fetchone()
    return int(first)


def put(transaction: Transaction, copies: Sequence[Copy], to: Mailbox, modseq: int) -> tuple[tuple[int, int], ...]:
    """Put copies into a mailbox under new UIDs; return the pairs of old and new."""
    first = _new_uids(transaction, to, len(copies), modseq)
    transaction.executemany(
        "INSERT INTO placements (mailbox, uid, message, delivered, flags, keywords, modseq, saved_at, size)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (to.number, uid, each.message, each.delivered, each.flags, each.keywords, modseq, transaction.at, each.size)
            for uid, each in enumerate(copies, first)
        ],
    )
    return tuple([(each.uid, uid) for uid, each in enumerate(copies, first)])


def take_out(transaction: Transaction, mailbox: int, uids: Sequence[int], modseq: int) -> None:
    """Take copies out of a mailbox."""
    transaction.executemany("DELETE FROM placements WHERE mailbox = ? AND uid = ?", [(mailbox, uid) for uid in uids])
    note_expunged(transaction, {mailbox: [(uid, modseq) for uid in uids]})


def follow(transaction: Transaction, modseqs: Mapping[int, int], *, moved: bool) -> None:
    """Bring the delivered copies of messages up to date, which the API or the web has changed with these MODSEQs."""
    rows = transaction.execute(
        "SELECT seq, flags, keywords FROM messages WHERE seq IN (SELECT value FROM json_each(?))",
        (text_of(list(modseqs)),),
    ).fetchall()
    write_through(transaction, {seq: (flags, keywords, modseqs[seq]) for seq, flags, keywords in rows})
    if moved:
        _follow_bin(transaction, modseqs)


def _follow_bin(transaction: Transaction, modseqs: Mapping[int, int]) -> None:
    """Move the delivered copies in `all` to where the Bin's state says."""
    row = transaction.execute("SELECT number FROM accounts WHERE kind = 'all'").fetchone()
    place = place_of(transaction.connection, row[0])
    inbox = mailbox_of(transaction.connection, place.inbox)
    trash = mailbox_of(transaction.connection, place.trash)
    for message, modseq in modseqs.items():
        found = transaction.execute(
            f"SELECT p.mailbox, m.binned_at IS NOT NULL, {_COPY} FROM placements p"
            " JOIN messages m ON m.seq = p.message JOIN mailboxes b ON b.number = p.mailbox"
            " WHERE p.message = ? AND p.delivered = 1 AND b.account = ?",
            (message, place.account),
        ).fetchone()
        if found is not None and (found[0] == place.trash) != bool(found[1]):
            one = Copy(*found[2:])
            take_out(transaction, found[0], [one.uid], modseq)
            put(transaction, [one], trash if found[1] else inbox, modseq)
