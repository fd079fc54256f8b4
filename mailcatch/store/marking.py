"""Flags and keywords of copies (RFC 3501 §6.4.6, RFC 7162 §3.1.3).

What sets them on one delivered copy sets them on all, in every account, and on the message itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailcatch.model import DELETED
from mailcatch.store.log import announce
from mailcatch.store.mailbox_api import FlagAct, Flagged, Placed, Range
from mailcatch.store.mailboxes import mailbox_of
from mailcatch.store.messages import standings
from mailcatch.store.placements import Copy, copies_of, joined, split, touch, write_through
from mailcatch.store.tally import Standing
from mailcatch.store.transaction import Transaction


def store_flags(
    transaction: Transaction,
    mailbox: int,
    uids: Sequence[Range],
    act: FlagAct,
    *,
    flags: int,
    keywords: Iterable[str],
    unchanged_since: int | None,
) -> Flagged:
    """Change flags and keywords of copies; what was so already keeps its MODSEQ. Raises NotFound."""
    mailbox_of(transaction.connection, mailbox)
    wanted, conflicts = tuple(keywords), []
    own: list[tuple[Copy, int, str]] = []  # only this copy changes
    shared: dict[int, tuple[int, str]] = {}  # a delivered message changes, with all its delivered copies
    for copy in copies_of(transaction.connection, mailbox, uids):
        if unchanged_since is not None and copy.modseq > unchanged_since:
            conflicts.append(copy.uid)
            continue
        new_flags, new_keywords = _with(copy, act, flags, wanted)
        if copy.delivered and (new_flags & ~DELETED, new_keywords) != (copy.flags & ~DELETED, copy.keywords):
            shared[copy.message] = new_flags & ~DELETED, new_keywords
        if (new_flags, new_keywords) != (copy.flags, copy.keywords):
            own.append((copy, new_flags, new_keywords))
    modseqs = share(transaction, shared)
    alone = transaction.next_seq() if any(copy.message not in modseqs for copy, _, _ in own) else 0
    changed = [
        Placed(copy.uid, copy.message, new_flags, split(new_keywords), modseqs.get(copy.message, alone))
        for copy, new_flags, new_keywords in own
    ]
    transaction.executemany(
        "UPDATE placements SET flags = ?, keywords = ?, modseq = ? WHERE mailbox = ? AND uid = ?",
        [(each.flags, " ".join(each.keywords), each.modseq, mailbox, each.uid) for each in changed],
    )
    if alone:
        touch(transaction, [mailbox], alone)
    return Flagged(tuple(changed), tuple(conflicts), max((each.modseq for each in changed), default=0))


def _with(copy: Copy, act: FlagAct, flags: int, keywords: Sequence[str]) -> tuple[int, str]:
    has = split(copy.keywords)
    folded = {keyword.lower() for keyword in keywords}
    if act == "set":
        known = {keyword.lower(): keyword for keyword in has}
        return flags, joined(known.get(keyword.lower(), keyword) for keyword in keywords)
    if act == "remove":
        return copy.flags & ~flags, joined(keyword for keyword in has if keyword.lower() not in folded)
    there = {keyword.lower() for keyword in has}
    return copy.flags | flags, joined((*has, *(keyword for keyword in keywords if keyword.lower() not in there)))


def share(transaction: Transaction, wanted: Mapping[int, tuple[int, str]]) -> dict[int, int]:
    """Set flags and keywords of delivered messages everywhere; return the MODSEQ of each."""
    if not wanted:
        return {}
    found = standings(transaction, list(wanted))
    modseqs = announce(transaction, "changed", {seq: id for seq, id, _ in found})
    for seq, _, old in found:
        new = Standing(old.origin, wanted[seq][0], old.binned, old.size)
        transaction.tally = transaction.tally.minus(old).plus(new)
    transaction.executemany(
        "UPDATE messages SET flags = ?, keywords = ?, changed_seq = ? WHERE seq = ?",
        [(*wanted[seq], modseqs[seq], seq) for seq, _, _ in found],
    )
    write_through(transaction, {seq: (*wanted[seq], modseqs[seq]) for seq, _, _ in found})
    return modseqs
