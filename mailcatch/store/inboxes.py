"""Inboxes: the statements that make them, put mail into them, and forget them.

To forget an inbox never loses mail: what lies in no other goes to the default one. Its POP3 and IMAP account stays, for
a client may have it open, but gives its delivered copies up: whoever makes an inbox of the same name starts anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from msgspec.structs import replace

from mailcatch.errors import Conflict, NotFound
from mailcatch.store.api import Destination, ListedInbox, NewInbox
from mailcatch.store.filling import deliver
from mailcatch.store.inserts import INBOX_MESSAGES, INBOXES, USED
from mailcatch.store.known import DEFAULT, MOST_MADE, Known
from mailcatch.store.log import announce
from mailcatch.store.mailboxes import note_expunged, place_of
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction

_USED_STEP = 10_000
"""Milliseconds: an inbox in use is written down as such no more often."""

_ITS_MAIL = "SELECT message FROM inbox_messages WHERE inbox IN (SELECT value FROM json_each(?1))"


def put(transaction: Transaction, destination: Destination, seq: int) -> tuple[str, ...]:
    """Put a message where it is for; return the inboxes' names. Those that are not there are made, some may go."""
    names = transaction.inboxes.of(destination)
    for name in names:
        known = transaction.inboxes.by_name.get(name)
        if known is None:
            known = _make(transaction, name, NewInbox(), automatic=True)
            _make_room(transaction, names)
        elif known.automatic and transaction.at - known.used_at > _USED_STEP:
            transaction.add(USED, (known.number, name, transaction.at, transaction.at))
            transaction.inboxes = transaction.inboxes.having(name, replace(known, used_at=transaction.at))
        transaction.add(INBOX_MESSAGES, (known.number, seq))
    return names


def _make(transaction: Transaction, name: str, new: NewInbox, *, automatic: bool) -> Known:
    known = Known(transaction.inboxes.next_number, automatic, transaction.at, _expiry(transaction, new))
    transaction.add(
        INBOXES, (known.number, name, new.label, automatic, transaction.at, transaction.at, known.expires_at)
    )
    transaction.inboxes = transaction.inboxes.having(name, known)
    transaction.event("inbox", name)
    return known


def _make_room(transaction: Transaction, sparing: Sequence[str]) -> None:
    if gone := transaction.inboxes.crowded_out(sparing):
        _forget(transaction, gone)


def _expiry(transaction: Transaction, new: NewInbox) -> int | None:
    return None if new.ttl is None else transaction.at + new.ttl


def make(transaction: Transaction, new: NewInbox) -> ListedInbox:
    """Make an inbox that somebody asks for; one that mail has made becomes theirs. Raises Conflict."""
    name = new.name or _unused(transaction)
    there = transaction.inboxes.by_name.get(name)
    if there is not None and not there.automatic:
        raise Conflict(f"there is an inbox {name!r} already")
    if transaction.inboxes.made() >= MOST_MADE:
        raise Conflict(f"there are {MOST_MADE:,} inboxes: delete some, or give them a ttl")
    if there is None:
        _make(transaction, name, new, automatic=False)
    else:
        _take_over(transaction, name, new, there)
    return _listed(transaction, name)


def declare(transaction: Transaction, declared: Sequence[NewInbox]) -> None:
    """Make the inboxes that the configuration names, or bring them up to date; they stay."""
    for new in declared:
        there = transaction.inboxes.by_name.get(new.name)
        if there is None:
            _make(transaction, new.name, new, automatic=False)
        else:
            _take_over(transaction, new.name, new, there)


def _take_over(transaction: Transaction, name: str, new: NewInbox, there: Known) -> None:
    expires_at = _expiry(transaction, new)
    transaction.execute(
        "UPDATE inboxes SET label = ?, automatic = 0, expires_at = ? WHERE number = ?",
        (new.label, expires_at, there.number),
    )
    transaction.inboxes = transaction.inboxes.having(name, replace(there, automatic=False, expires_at=expires_at))
    transaction.event("inbox", name)


def _unused(transaction: Transaction) -> str:
    while (name := f"i{secrets.token_hex(6)}") in transaction.inboxes.by_name:
        pass
    return name


def _listed(transaction: Transaction, name: str) -> ListedInbox:
    label, automatic, created_at, expires_at, total, unread = transaction.execute(
        "SELECT i.label, i.automatic, i.created_at, i.expires_at, count(m.seq), coalesce(sum(m.flags % 2 = 0), 0)"
        " FROM inboxes i LEFT JOIN inbox_messages p ON p.inbox = i.number"
        " LEFT JOIN messages m ON m.seq = p.message AND m.binned_at IS NULL AND m.origin <> 'append'"
        " WHERE i.name = ? GROUP BY i.number",
        (name,),
    ).fetchone()
    return ListedInbox(name, label, bool(automatic), total, unread, created_at, expires_at)


def delete(transaction: Transaction, name: str) -> None:
    """Forget an inbox. Raises NotFound, and Conflict for the default one."""
    if name == DEFAULT:
        raise Conflict(f"the inbox {DEFAULT!r} stays: mail that belongs nowhere else lies there")
    if name not in transaction.inboxes.by_name:
        raise NotFound(f"no inbox {name!r}")
    _forget(transaction, [name])


def expire(transaction: Transaction, limit: int) -> int:
    """Forget at most `limit` inboxes whose time is over; return how many."""
    gone = transaction.inboxes.expired(transaction.at)[:limit]
    if gone:
        _forget(transaction, gone)
    return len(gone)


def _forget(transaction: Transaction, names: Sequence[str]) -> None:
    numbers = text_of([transaction.inboxes.by_name[name].number for name in names])
    moved = transaction.execute(
        f"SELECT seq, id FROM messages WHERE seq IN ({_ITS_MAIL}) ORDER BY seq", (numbers,)
    ).fetchall()
    homeless = transaction.execute(
        f"SELECT DISTINCT message FROM inbox_messages WHERE message IN ({_ITS_MAIL}) AND NOT EXISTS (SELECT 1"
        " FROM inbox_messages o WHERE o.message = inbox_messages.message"
        " AND o.inbox NOT IN (SELECT value FROM json_each(?1))) ORDER BY message",
        (numbers,),
    ).fetchall()
    transaction.execute("DELETE FROM inboxes WHERE number IN (SELECT value FROM json_each(?))", (numbers,))
    transaction.inboxes = transaction.inboxes.without(names)
    _empty_accounts(transaction, names)
    if homeless:
        transaction.executemany("INSERT OR IGNORE INTO inbox_messages (inbox, message) VALUES (1, ?)", homeless)
        _deliver_to_default(transaction, [message for (message,) in homeless])
    announce(transaction, "changed", dict(moved))
    for name in names:
        transaction.event("inbox", name)


def _empty_accounts(transaction: Transaction, names: Sequence[str]) -> None:
    """Take the delivered copies out of the accounts of inboxes that go; copies that a client made there stay."""
    rows = transaction.execute(
        "DELETE FROM placements WHERE delivered = 1 AND mailbox IN (SELECT b.number FROM mailboxes b"
        " JOIN accounts a ON a.number = b.account WHERE a.kind = 'inbox'"
        " AND a.name IN (SELECT value FROM json_each(?))) RETURNING mailbox, uid",
        (text_of(list(names)),),
    ).fetchall()
    if not rows:
        return
    modseq = transaction.next_seq()
    gone: dict[int, list[tuple[int, int]]] = {}
    for mailbox, uid in sorted(rows):
        gone.setdefault(mailbox, []).append((uid, modseq))
    note_expunged(transaction, gone)


def _deliver_to_default(transaction: Transaction, messages: Sequence[int]) -> None:
    """Place mail that comes to the default inbox later than its turn: an account that is opened looks only ahead."""
    row = transaction.execute("SELECT number FROM accounts WHERE kind = 'inbox' AND name = ?", (DEFAULT,)).fetchone()
    if row is None:
        return
    if DEFAULT not in transaction.places.inboxes:
        (filled,) = transaction.execute("SELECT max(filled) FROM mailboxes WHERE account = ?", row).fetchone()
        messages = [seq for seq in messages if seq <= filled]
    if messages:
        place = place_of(transaction.connection, row[0])
        deliver(transaction.connection, place.inbox, messages, modseq=transaction.next_seq(), at=transaction.at)
