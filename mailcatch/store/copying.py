"""From one mailbox to another: COPY, MOVE, APPEND; in `all`, the Trash is the Bin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from mailcatch.store.api import NewMessage
from mailcatch.store.log import announce
from mailcatch.store.mailbox_api import Copied, Range
from mailcatch.store.mailboxes import is_of_all, mailbox_of, place_of
from mailcatch.store.messages import add as add_message
from mailcatch.store.messages import standings
from mailcatch.store.placements import Copy, copies_of, joined, put, put_copies, take_out, uids_of
from mailcatch.store.tally import Standing
from mailcatch.store.transaction import Transaction


def copy(transaction: Transaction, source: int, uids: Sequence[Range], target: int) -> Copied:
    """Copy messages with their flags; the copies' flags are their own. Raises NotFound."""
    to = mailbox_of(transaction.connection, target)
    found = uids_of(transaction.connection, source, uids)
    if not found:
        return Copied(to.uidvalidity, ())
    first = put_copies(transaction, source, uids, to, count=len(found), modseq=transaction.next_seq())
    return Copied(to.uidvalidity, tuple(zip(found, count(first), strict=False)))


def move(transaction: Transaction, source: int, uids: Sequence[Range], target: int) -> Copied:
    """Move messages (RFC 6851); in `all`, into Trash is into the Bin and out of it back. Raises NotFound."""
    to = mailbox_of(transaction.connection, target)
    mailbox_of(transaction.connection, source)
    copies = copies_of(transaction.connection, source, uids)
    if not copies:
        return Copied(to.uidvalidity, ())
    modseq = transaction.next_seq()
    take_out(transaction, source, [each.uid for each in copies], modseq)
    pairs = put(transaction, copies, to, modseq)
    if is_of_all(transaction.connection, to):
        delivered = [each.message for each in copies if each.delivered]
        set_binned(transaction, delivered, binned=to.number == place_of(transaction.connection, to.account).trash)
    return Copied(to.uidvalidity, pairs)


def append(transaction: Transaction, target: int, new: NewMessage, flags: int, keywords: Iterable[str]) -> Copied:
    """Store a message of a mail client in one folder. Raises NotFound."""
    to = mailbox_of(transaction.connection, target)
    seq = add_message(transaction, new).seq
    one = Copy(0, seq, 0, flags, joined(keywords), seq, new.summary.size)
    return Copied(to.uidvalidity, put(transaction, [one], to, seq))


def set_binned(transaction: Transaction, messages: Sequence[int], *, binned: bool) -> None:
    """Put messages into the Bin, or take them out; those that are there already stay as they are."""
    found = [each for each in standings(transaction, messages) if each[2].binned != binned]
    modseqs = announce(transaction, "changed", {seq: id for seq, id, _ in found})
    for seq, _, old in found:
        transaction.tally = transaction.tally.minus(old).plus(Standing(old.origin, old.flags, binned, old.size))
        transaction.execute(
            "UPDATE messages SET binned_at = ?, changed_seq = ? WHERE seq = ?",
            (transaction.at if binned else None, modseqs[seq], seq),
        )
