"""Removing messages for ever: by request, and as retention wants it."""

from __future__ import annotations

from collections.abc import Sequence

from mailcatch.model import FLAGGED
from mailcatch.store import addresses
from mailcatch.store.api import Outcome, Retention
from mailcatch.store.graves import How, dig
from mailcatch.store.log import announce
from mailcatch.store.mailboxes import expunge
from mailcatch.store.messages import standings
from mailcatch.store.sessions import forget_without_mail
from mailcatch.store.transaction import Transaction
from mailcatch.store.words import unindex, unindex_all

_UNDER_WAY = (
    "EXISTS (SELECT 1 FROM relay_jobs j JOIN relay_recipients r ON r.job = j.number"
    " WHERE j.message = m.seq AND r.state IN ('queued', 'active', 'deferred', 'held'))"
)


def remove(transaction: Transaction, seqs: Sequence[int], how: How = "deleted") -> Outcome:
    """Remove messages: rows, words, placements, sessions; what the relay still has of them goes with them (G14)."""
    found = standings(transaction, seqs)
    if not found:
        return Outcome(0, transaction.seq)
    transaction.graves += dig(transaction.connection, [seq for seq, _, _ in found], transaction.at, how)
    numbers = announce(transaction, "removed", {seq: id for seq, id, _ in found})
    if len(found) == transaction.tally.stored:
        unindex_all(transaction)
    else:
        # All words before the first row: a DELETE that cascades opens a savepoint, and the index writes itself out.
        for seq, _, _ in found:
            unindex(transaction, seq)
    addresses.forget(transaction, [seq for seq, _, _ in found])
    expunge(transaction, numbers)
    sessions: set[int] = set()
    for seq, _, standing in found:
        transaction.tally = transaction.tally.minus(standing)
        (session,) = transaction.execute("SELECT session FROM messages WHERE seq = ?", (seq,)).fetchone()
        if session is not None:
            sessions.add(session)
        transaction.execute("DELETE FROM messages WHERE seq = ?", (seq,))
    forget_without_mail(transaction, sessions)
    return Outcome(len(found), transaction.seq)


def prune(transaction: Transaction, retention: Retention, now: int, limit: int) -> Outcome:
    """Remove at most `limit` of the oldest messages that retention does not keep."""
    seqs: list[int] = []
    free = (
        f"SELECT seq, size, received_at FROM messages m WHERE flags & {FLAGGED} = 0 AND NOT {_UNDER_WAY}"
        " ORDER BY seq LIMIT ?"
    )
    count, size = transaction.tally.stored, transaction.tally.size
    for seq, its_size, received_at in transaction.execute(free, (limit,)):
        if not _beyond(retention, count, size, now - received_at):
            break
        seqs.append(seq)
        count, size = count - 1, size - its_size
    return remove(transaction, seqs, "pruned")


def _beyond(retention: Retention, count: int, size: int, age: int) -> bool:
    return (
        (retention.max_messages is not None and count > retention.max_messages)
        or (retention.max_bytes is not None and size > retention.max_bytes)
        or (retention.max_age is not None and age > retention.max_age)
    )
