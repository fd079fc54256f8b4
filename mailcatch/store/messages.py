"""Messages: the statements that write, choose, change and read them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from mailcatch.errors import NotFound
from mailcatch.mime.structure import scan
from mailcatch.model import (
    FLAGGED,
    SEEN,
    Envelope,
    Message,
    Part,
)
from mailcatch.store import derived, inboxes, placements
from mailcatch.store.api import Added, Change, NewMessage, Outcome, Selection
from mailcatch.store.inserts import LARGE_RAW, MESSAGES, PLACEMENTS, RAW, TAGS
from mailcatch.store.log import announce
from mailcatch.store.rows import SUMMARY, People, clean, summary_of, text_of
from mailcatch.store.search import compile, mentions_bin
from mailcatch.store.sessions import keep_session
from mailcatch.store.tally import Standing
from mailcatch.store.transaction import Later, Transaction

_SMALL = 64 << 10  # bytes of a message of which several may go into one statement

_envelope = msgspec.json.Decoder(Envelope).decode
_part = msgspec.json.Decoder(Part).decode


def add(transaction: Transaction, new: NewMessage) -> Added:
    """Store one message with everything derived from it, and its `added` event."""
    summary, seq = new.summary, transaction.next_seq()
    if new.session is not None:
        keep_session(transaction, new.session)
    flags = (SEEN if summary.read else 0) | (FLAGGED if summary.pinned else 0)
    people = People(
        summary.from_,
        summary.sender,
        summary.reply_to,
        summary.to,
        summary.cc,
        summary.bcc,
        summary.date,
        summary.rcpt_to,
    )
    insert = transaction.add
    insert(
        MESSAGES,
        (
            seq, summary.id, new.origin, new.session.id if new.session else None, summary.received_at,
            new.internal_at or summary.received_at, summary.date, summary.size, new.sha256, summary.mail_from,
            text_of(new.envelope), summary.message_id, clean(summary.subject), clean(summary.snippet),
            text_of(people), summary.attachment_count, summary.parse_error, flags, "",
            transaction.at if summary.binned else None, seq,
        ),
    )  # fmt: skip
    insert(RAW if summary.size <= _SMALL else LARGE_RAW, (seq, new.raw))
    transaction.later(Later(partial(_add_derived, new=new, seq=seq), summary.size))
    for tag in summary.tags:
        insert(TAGS, (tag, seq))
    names = inboxes.put(transaction, new.destination, seq)
    transaction.tally = transaction.tally.plus(Standing(new.origin, flags, summary.binned, summary.size))
    if new.origin != "append":  # what a mail client keeps is no mail that has come
        if transaction.places:
            for mailbox in transaction.places.of(new, names):
                insert(PLACEMENTS, (mailbox, seq, flags, seq, transaction.at, summary.size))
        transaction.event("added", summary.id, seq)
    return Added(summary.id, seq)


def _add_derived(transaction: Transaction, new: NewMessage, seq: int) -> None:
    derived.add(transaction, seq, new.raw, new.reading, new.derived)


def chosen(connection: sqlite3.Connection, selection: Selection) -> list[int]:
    """Return the seqs a selection names, ascending; one that names nothing selects nothing (G13)."""
    where, parameters = _where(selection)
    if where is None:
        return []
    if selection.until is not None:
        where, parameters = f"({where}) AND m.seq <= ?", (*parameters, selection.until)
    rows = connection.execute(f"SELECT m.seq FROM messages m WHERE {where} ORDER BY m.seq", parameters)
    return [seq for (seq,) in rows]


def _where(selection: Selection) -> tuple[str | None, tuple[Any, ...]]:
    if selection.ids:
        return "m.id IN (SELECT value FROM json_each(?))", (text_of(selection.ids),)
    if selection.query is not None:
        where, parameters = compile(selection.query)
        binned = "" if mentions_bin(selection.query) else " AND m.binned_at IS NULL"
        return f"({where}) AND m.origin <> 'append'{binned}", tuple(parameters)
    if selection.everything:
        return "1", ()
    return None, ()


def standings(transaction: Transaction, seqs: Sequence[int]) -> list[tuple[int, str, Standing]]:
    """Return (seq, id, standing) of those of the messages that are there, ascending."""
    rows = transaction.execute(
        "SELECT seq, id, origin, flags, binned_at IS NOT NULL, size FROM messages"
        " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (text_of(seqs),),
    )
    return [(seq, id, Standing(origin, flags, bool(binned), size)) for seq, id, origin, flags, binned, size in rows]


def change(transaction: Transaction, seqs: Sequence[int], wanted: Change) -> Outcome:
    """Set flags, Bin and tags; only messages that really change count and get an event."""
    touched: dict[int, str] = {}
    states: list[tuple[int, int | None, int]] = []
    for seq, id, old in standings(transaction, seqs):
        new = Standing(
            old.origin,
            _with(_with(old.flags, SEEN, wanted.read), FLAGGED, wanted.pinned),
            old.binned if wanted.bin is None else wanted.bin,
            old.size,
        )
        if _retag(transaction, seq, wanted) or new != old:
            touched[seq] = id
            states.append((new.flags, transaction.at if new.binned else None, seq))
            transaction.tally = transaction.tally.minus(old).plus(new)
    numbers = announce(transaction, "changed", touched)
    transaction.executemany(
        "UPDATE messages SET flags = ?1, binned_at = CASE WHEN ?2 IS NULL THEN NULL ELSE coalesce(binned_at, ?2) END,"
        " changed_seq = ?4 WHERE seq = ?3",
        [(*state, numbers[state[-1]]) for state in states],
    )
    keep_up(transaction, numbers, moved=wanted.bin is not None)
    return Outcome(len(touched), transaction.seq)


def keep_up(transaction: Transaction, modseqs: Mapping[int, int], *, moved: bool) -> None:
    """Bring delivered copies up to date with messages that have changed; nobody may have opened an account yet."""
    if modseqs and transaction.execute("SELECT 1 FROM placements LIMIT 1").fetchone():
        placements.follow(transaction, modseqs, moved=moved)


def _with(flags: int, bit: int, wanted: bool | None) -> int:
    return flags if wanted is None else (flags | bit if wanted else flags & ~bit)


def _retag(transaction: Transaction, seq: int, wanted: Change) -> bool:
    changed = 0
    for tag in wanted.add_tags:
        changed += transaction.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (tag, seq)).rowcount
    for tag in wanted.remove_tags:
        changed += transaction.execute("DELETE FROM tags WHERE tag = ? AND message = ?", (tag, seq)).rowcount
    return changed > 0


def find(connection: sqlite3.Connection, id: str) -> int:
    """Return the seq of a message. Raises NotFound."""
    row = connection.execute("SELECT seq FROM messages WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound(f"no message {id}")
    seq: int = row[0]
    return seq


def read_message(connection: sqlite3.Connection, id: str) -> Message:
    """Return one message without its bytes. Raises NotFound."""
    row = connection.execute(
        f"SELECT {SUMMARY}, m.origin, m.envelope, m.sha256, p.parts FROM messages m"
        " LEFT JOIN structures p ON p.message = m.seq WHERE m.id = ?",
        (id,),
    ).fetchone()
    if row is None:
        raise NotFound(f"no message {id}")
    # Without a structure: the disk was full when that should have been written.
    root = scan(read_range(connection, id, 0, read_size(connection, id))).root if row[-1] is None else _part(row[-1])
    return Message(summary_of(row), row[-4], _envelope(row[-3]), row[-2], root)


def read_range(connection: sqlite3.Connection, id: str, start: int, length: int) -> bytes:
    """Return a piece of the raw bytes by incremental I/O: `substr` would read the whole blob. Raises NotFound."""
    with connection.blobopen("raw", "data", find(connection, id), readonly=True) as blob:
        blob.seek(min(max(start, 0), len(blob)))
        return blob.read(max(length, 0))


def read_size(connection: sqlite3.Connection, id: str) -> int:
    """Return the bytes of a raw message. Raises NotFound."""
    (size,) = connection.execute("SELECT size FROM messages WHERE seq = ?", (find(connection, id),)).fetchone()
    return int(size)
