"""Addresses of messages, for exact search: one row for each key of a message, its roles as bits.

Display names stand among them under bits of their own, so that `from:ann@x.test` never finds a sender who only calls
himself that. No key of SQL's leads back to the message, for it would need an index over all rows; a message's folded
texts say under which keys it stands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from mailcatch.store.deriving import Role
from mailcatch.store.inserts import ADDRESSES, DOMAINS
from mailcatch.store.rows import clean, text_of
from mailcatch.store.transaction import Transaction

_ROLES: tuple[Role, ...] = ("rcpt", "mail_from", "from", "sender", "reply_to", "to", "cc", "bcc")
_BITS: dict[str, int] = {role: 1 << n for n, role in enumerate(_ROLES)}
_NAMED = len(_ROLES)  # how far the bits of display names are shifted

RCPT = _BITS["rcpt"]
"""The bit of those whom SMTP named: it decides whose mailbox a message is in."""


def bits(roles: Sequence[str], *, names: bool = False) -> int:
    """Return the bits of roles; with `names`, those of their display names too."""
    wanted = sum(_BITS[role] for role in roles)
    return wanted | wanted << _NAMED if names else wanted


def add(transaction: Transaction, found: Iterable[tuple[str, Role, str]], seq: int) -> str:
    """Add the rows of a message; return its keys as JSON, for `forget`."""
    roles: dict[str, int] = {}
    for key, role, domain in found:
        key = clean(key)
        if domain:
            if key not in roles:
                transaction.add(DOMAINS, (key, clean(domain)))
            roles[key] = roles.get(key, 0) | _BITS[role]
        else:
            roles[key] = roles.get(key, 0) | _BITS[role] << _NAMED
    for key, its_roles in roles.items():
        transaction.add(ADDRESSES, (key, seq, its_roles))
    return text_of(list(roles))


def found_of(connection: sqlite3.Connection, message: int, keys: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (key, role, domain) of a message that stands under some keys, as they were added."""
    rows = connection.execute(
        "SELECT a.key, a.roles, d.domain FROM json_each(?) k JOIN addresses a ON a.key = k.value AND a.message = ?"
        " LEFT JOIN domains d ON d.key = a.key",
        (text_of(keys), message),
    )
    found: list[tuple[str, str, str]] = []
    for key, roles, domain in rows:
        for number, role in enumerate(_ROLES):
            if roles >> number & 1:
                found.append((key, role, domain or ""))
            if roles >> number >> _NAMED & 1:
                found.append((key, role, ""))
    return found


def forget(transaction: Transaction, messages: Sequence[int]) -> None:
    """Take messages out; their folded texts must still be there."""
    keys: set[str] = set()
    for message in messages:
        row = transaction.execute("SELECT keys FROM texts WHERE message = ?", (message,)).fetchone()
        if row is not None:
            transaction.execute(
                "DELETE FROM addresses WHERE message = ? AND key IN (SELECT value FROM json_each(?))", (message, row[0])
            )
            keys.add(row[0])
    for some in keys:
        transaction.execute(
            "DELETE FROM domains WHERE key IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM addresses a WHERE a.key = domains.key)",
            (some,),
        )
