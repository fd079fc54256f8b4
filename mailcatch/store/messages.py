"""Messages: the statements that write, read, change and remove them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mailcatch.errors import NotFound
from mailcatch.model import (
    FLAGGED,
    SEEN,
    Envelope,
    Message,
    Part,
)
from mailcatch.search.fold import words
from mailcatch.store.api import Added, Change, NewMessage, Outcome, Retention, Selection
from mailcatch.store.rows import SUMMARY, People, clean, summary_of, text_of
from mailcatch.store.search import compile, mentions_bin
from mailcatch.store.sessions import link_session
from mailcatch.store.transaction import Transaction

EVENT_LIMIT = 200
"""An operation on more messages than this writes one event `reset` instead of one each."""

_envelope = msgspec.json.Decoder(Envelope).decode
_part = msgspec.json.Decoder(Part).decode


def add(transaction: Transaction, new: NewMessage) -> Added:
    """Store one message with everything derived from it, and its `added` event."""
    summary, seq = new.summary, transaction.next_seq()
    session = link_session(transaction, new.session)
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
    execute, executemany = transaction.execute, transaction.executemany
    execute(
        "INSERT INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            seq, summary.id, new.origin, session, summary.received_at, new.internal_at or summary.received_at,
            summary.date, summary.size, new.sha256, summary.mail_from, text_of(new.envelope), summary.message_id,
            clean(summary.subject), clean(summary.snippet), text_of(people), summary.attachment_count,
            summary.parse_error, flags, "", transaction.at if summary.binned else None, seq,
        ),
    )  # fmt: skip
    execute("INSERT INTO raw (message, data) VALUES (?, ?)", (seq, new.raw))
    execute(
        "INSERT INTO structures (message, parser, parts, imap_envelope, bodystructure) VALUES (?, ?, ?, x'', x'')",
        (seq, new.parser, text_of(new.root)),
    )
    execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (seq, *map(clean, new.texts)))
    execute("INSERT INTO words (rowid, subject, people, body) VALUES (?, ?, ?, ?)", (seq, *map(clean, new.words)))
    executemany(
        "INSERT OR IGNORE INTO addresses VALUES (?, ?, ?, ?)",
        [(clean(key), seq, role, clean(domain)) for key, role, domain in new.addresses],
    )
    if summary.tags:
        executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(tag, seq) for tag in summary.tags])
    for name in new.inboxes:
        row = execute("SELECT number FROM inboxes WHERE name = ?", (name,)).fetchone()
        if row is not None:
            # Not INSERT … SELECT: it opens a savepoint, and the word index writes itself out at each.
            execute("INSERT INTO inbox_messages VALUES (?, ?)", (row[0], seq))
    transaction.tally = transaction.tally.with_message(flags, summary.binned, summary.size)
    transaction.event("added", summary.id, seq)
    return Added(summary.id, seq)


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
        if not mentions_bin(selection.query):
            where = f"({where}) AND m.binned_at IS NULL"
        return where, tuple(parameters)
    if selection.everything:
        return "1", ()
    return None, ()


def change(transaction: Transaction, selection: Selection, wanted: Change) -> Outcome:
    """Set flags, Bin and tags; only messages that really change count and get an event."""
    touched: dict[int, str] = {}
    for seq in chosen(transaction.connection, selection):
        id, flags, binned_at, size = transaction.execute(
            "SELECT id, flags, binned_at, size FROM messages WHERE seq = ?", (seq,)
        ).fetchone()
        new_flags = _with(_with(flags, SEEN, wanted.read), FLAGGED, wanted.pinned)
        new_binned = (
            binned_at
            if wanted.bin is None or wanted.bin == (binned_at is not None)
            else (transaction.at if wanted.bin else None)
        )
        tagged = _retag(transaction, seq, wanted)
        if (new_flags, new_binned) != (flags, binned_at) or tagged:
            touched[seq] = id
            tally = transaction.tally.with_message(flags, binned_at is not None, size, -1)
            transaction.tally = tally.with_message(new_flags, new_binned is not None, size)
            transaction.execute(
                "UPDATE messages SET flags = ?, binned_at = ? WHERE seq = ?", (new_flags, new_binned, seq)
            )
    announce(transaction, "changed", touched)
    return Outcome(len(touched), transaction.seq)


def announce(transaction: Transaction, kind: str, touched: Mapping[int, str]) -> None:
    """Write the events of a bulk operation: one each, or one `reset` past 200 messages."""
    if len(touched) > EVENT_LIMIT:
        seq = transaction.event("reset", None)
        if kind == "changed":
            transaction.executemany("UPDATE messages SET changed_seq = ? WHERE seq = ?", [(seq, m) for m in touched])
        return
    for message, id in touched.items():
        seq = transaction.event(kind, id)
        if kind == "changed":
            transaction.execute("UPDATE messages SET changed_seq = ? WHERE seq = ?", (seq, message))


def _with(flags: int, bit: int, wanted: bool | None) -> int:
    return flags if wanted is None else (flags | bit if wanted else flags & ~bit)


def _retag(transaction: Transaction, seq: int, wanted: Change) -> bool:
    changed = 0
    for tag in wanted.add_tags:
        changed += transaction.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (tag, seq)).rowcount
    for tag in wanted.remove_tags:
        changed += transaction.execute("DELETE FROM tags WHERE tag = ? AND message = ?", (tag, seq)).rowcount
    return changed > 0


def remove(transaction: Transaction, seqs: Sequence[int]) -> Outcome:
    """Remove messages for ever: rows, words, placements; what the relay still has of them goes with them (G14)."""
    gone: dict[int, str] = {}
    for seq in seqs:
        row = transaction.execute("SELECT id, flags, binned_at, size FROM messages WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            continue
        gone[seq] = row[0]
        transaction.tally = transaction.tally.with_message(row[1], row[2] is not None, row[3], -1)
        _unindex(transaction, seq)
        transaction.execute("DELETE FROM placements WHERE message = ?", (seq,))
        transaction.execute("DELETE FROM messages WHERE seq = ?", (seq,))
    announce(transaction, "removed", gone)
    return Outcome(len(gone), transaction.seq)


def _unindex(transaction: Transaction, seq: int) -> None:
    """Take a message out of the contentless index, which wants to be told the words it was given."""
    texts = transaction.execute("SELECT subject, people, body FROM texts WHERE message = ?", (seq,)).fetchone()
    if texts is not None:
        transaction.execute(
            "INSERT INTO words (words, rowid, subject, people, body) VALUES ('delete', ?, ?, ?, ?)",
            (seq, *[" ".join(words(text)) for text in texts]),
        )


def prune(transaction: Transaction, retention: Retention, now: int, limit: int) -> Outcome:
    """Remove at most `limit` of the oldest messages that retention does not keep."""
    seqs: list[int] = []
    free = (
        f"SELECT seq, size, received_at FROM messages m WHERE flags & {FLAGGED} = 0"
        " AND NOT EXISTS (SELECT 1 FROM relay_jobs j JOIN relay_recipients r ON r.job = j.number"
        " WHERE j.message = m.seq AND r.state IN ('queued', 'active', 'deferred', 'held')) ORDER BY seq LIMIT ?"
    )
    tally = transaction.tally
    count, size = tally.total + tally.binned, tally.size
    for seq, its_size, received_at in transaction.execute(free, (limit,)).fetchall():
        if not _beyond(retention, count, size, now - received_at):
            break
        seqs.append(seq)
        count, size = count - 1, size - its_size
    return remove(transaction, seqs)


def _beyond(retention: Retention, count: int, size: int, age: int) -> bool:
    return (
        (retention.max_messages is not None and count > retention.max_messages)
        or (retention.max_bytes is not None and size > retention.max_bytes)
        or (retention.max_age is not None and age > retention.max_age)
    )


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
        " JOIN structures p ON p.message = m.seq WHERE m.id = ?",
        (id,),
    ).fetchone()
    if row is None:
        raise NotFound(f"no message {id}")
    return Message(summary_of(row), row[-4], _envelope(row[-3]), row[-2], _part(row[-1]))


def read_range(connection: sqlite3.Connection, id: str, start: int, length: int) -> bytes:
    """Return a piece of the raw bytes by incremental I/O: `substr` would read the whole blob. Raises NotFound."""
    with connection.blobopen("raw", "data", find(connection, id), readonly=True) as blob:
        blob.seek(min(max(start, 0), len(blob)))
        return blob.read(max(length, 0))


def read_size(connection: sqlite3.Connection, id: str) -> int:
    """Return the bytes of a raw message. Raises NotFound."""
    (size,) = connection.execute("SELECT size FROM messages WHERE seq = ?", (find(connection, id),)).fetchone()
    return int(size)
