"""Copies that go: EXPUNGE, POP3's DELE, a folder's end; and messages that nothing keeps any more."""

from __future__ import annotations

from collections.abc import Sequence

from mailcatch.model import DELETED
from mailcatch.store import removal
from mailcatch.store.copying import set_binned
from mailcatch.store.mailbox_api import Range
from mailcatch.store.mailboxes import is_of_all, mailbox_of, place_of
from mailcatch.store.messages import standings
from mailcatch.store.placements import copies_of, take_out, touch
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction


def drop(transaction: Transaction, number: int, uids: Sequence[Range], *, only_deleted: bool) -> tuple[int, ...]:
    """Remove copies, all or those flagged DELETED, with messages that nothing keeps; return the UIDs.

    Raises NotFound.
    """
    mailbox = mailbox_of(transaction.connection, number)
    copies = copies_of(transaction.connection, number, uids)
    if only_deleted:
        copies = [each for each in copies if each.flags & DELETED]
    if not copies:
        return ()
    take_out(transaction, number, [each.uid for each in copies], transaction.next_seq())
    whole = is_of_all(transaction.connection, mailbox)
    left = _left(transaction, [each.message for each in copies], mailbox.account if whole else None)
    gone = [each.message for each in copies if each.message not in left and (whole or not each.delivered)]
    if not whole:
        gone = _appended(transaction, gone)
    elif promoted := [each.message for each in copies if each.delivered and each.message in left]:
        _promote(transaction, promoted, mailbox.account)
    if gone:
        removal.remove(transaction, list(dict.fromkeys(gone)), "expunged")
    return tuple([each.uid for each in copies])


def _left(transaction: Transaction, messages: Sequence[int], account: int | None) -> set[int]:
    """Return which of some messages still have a copy, in an account or anywhere."""
    where = "" if account is None else " AND b.account = ?"
    rows = transaction.execute(
        "SELECT DISTINCT p.message FROM placements p JOIN mailboxes b ON b.number = p.mailbox"
        f" WHERE p.message IN (SELECT value FROM json_each(?)){where}",
        (text_of(list(messages)), *(() if account is None else (account,))),
    )
    return {message for (message,) in rows}


def _appended(transaction: Transaction, messages: Sequence[int]) -> list[int]:
    return [seq for seq, _, standing in standings(transaction, messages) if standing.origin == "append"]


def _promote(transaction: Transaction, messages: Sequence[int], account: int) -> None:
    """Make a copy that stays in `all` the delivered one, with the message's flags.

    One outside the Trash if there is one; else the message is in the Bin from now on.
    """
    trash = place_of(transaction.connection, account).trash
    modseq = transaction.next_seq()
    binned: dict[bool, list[int]] = {True: [], False: []}
    for message in messages:
        mailbox, uid = transaction.execute(
            "SELECT p.mailbox, p.uid FROM placements p JOIN mailboxes b ON b.number = p.mailbox"
            " WHERE p.message = ? AND b.account = ? ORDER BY p.mailbox = ?, p.mailbox, p.uid",
            (message, account, trash),
        ).fetchone()
        transaction.execute(
            "UPDATE placements SET delivered = 1, flags = (placements.flags & ?) | m.flags, keywords = m.keywords,"
            " modseq = ? FROM messages m WHERE mailbox = ? AND uid = ? AND m.seq = message",
            (DELETED, modseq, mailbox, uid),
        )
        touch(transaction, [mailbox], modseq)
        binned[mailbox == trash].append(message)
    for into_bin, its in binned.items():
        if its:
            set_binned(transaction, its, binned=into_bin)
