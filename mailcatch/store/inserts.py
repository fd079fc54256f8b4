"""Rows that operations add, gathered over a whole batch and written table by table, many to a statement.

Each step of a statement gives the interpreter's lock away, and gets it back only when another thread lets go. A batch
that steps once for each row of each message spends more time waiting than writing: DESIGN.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

Row = tuple[Any, ...]

_AT_ONCE = (16, 8, 4, 2, 1)
"""How many rows a statement has: few sizes, so that each is prepared once."""


class Insert:
    """How rows get into one table; `row` is the text of one row's values, `tail` what follows the last."""

    def __init__(self, into: str, row: str, tail: str = "", *, at_once: Sequence[int] = _AT_ONCE) -> None:
        self._into = into
        self._row = row
        self._tail = tail
        self._at_once = at_once
        self.sql = cache(self._sql)

    def _sql(self, rows: int) -> str:
        return f"{self._into} VALUES {', '.join([self._row] * rows)}{self._tail}"

    def write(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Write rows in their order."""
        start = 0
        for size in self._at_once:
            while len(rows) - start >= size:
                values = rows[start] if size == 1 else tuple(chain.from_iterable(rows[start : start + size]))
                connection.execute(self.sql(size), values)
                start += size


def _values(count: int) -> str:
    return f"({', '.join('?' * count)})"


SESSIONS = Insert(
    "INSERT INTO sessions (id, protocol, listener, peer, started_at, ended_at, helo, auth_user, tls, client, accepted,"
    " rejected, outcome, findings, transcript)",
    _values(15),
    " ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, helo = excluded.helo,"
    " auth_user = excluded.auth_user, tls = excluded.tls, client = excluded.client,"
    " accepted = max(accepted, excluded.accepted), rejected = max(rejected, excluded.rejected),"
    " outcome = excluded.outcome, findings = excluded.findings,"
    " transcript = CASE excluded.transcript WHEN '' THEN transcript ELSE excluded.transcript END"
    " WHERE excluded.ended_at IS NOT NULL OR excluded.accepted + excluded.rejected >= accepted + rejected",
)
"""A session's row is made, or brought up to date by what is not older: states of a session that do not hurry come after
those that go with its mail. An empty transcript leaves the one that is there."""

MESSAGES = Insert(
    "INSERT INTO messages", f"(?, ?, ?, (SELECT number FROM sessions WHERE id = ?), {', '.join('?' * 17)})"
)
RAW = Insert("INSERT INTO raw (message, data)", _values(2))
LARGE_RAW = Insert("INSERT INTO raw (message, data)", _values(2), at_once=(1,))
"""For mail of which several in one statement would take too much memory: each value is copied for it."""

STRUCTURES = Insert("INSERT INTO structures (message, parser, parts, imap_envelope, bodystructure)", _values(5))
TEXTS = Insert("INSERT INTO texts (message, subject, people, body, keys)", _values(5))
ADDRESSES = Insert("INSERT INTO addresses (key, message, roles)", _values(3))
DOMAINS = Insert("INSERT OR IGNORE INTO domains (key, domain)", _values(2))
TAGS = Insert("INSERT OR IGNORE INTO tags (tag, message)", _values(2))
INBOXES = Insert("INSERT INTO inboxes (number, name, label, automatic, created_at, used_at, expires_at)", _values(7))
INBOX_MESSAGES = Insert("INSERT OR IGNORE INTO inbox_messages (inbox, message)", _values(2))
USED = Insert(
    "INSERT INTO inboxes (number, name, automatic, created_at, used_at)",
    "(?, ?, 1, ?, ?)",
    " ON CONFLICT (number) DO UPDATE SET used_at = excluded.used_at",
)
"""When mail last came to an inbox that mail has made."""


class Placements(Insert):
    """Deliveries: a mailbox gives its UIDs when they are written, in their order (RFC 3501 §2.3.1.1).

    Rows are (mailbox, message, flags, modseq, at, size); one for a mailbox that is gone meanwhile is dropped.
    """

    def write(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Write rows, each mailbox's UIDs in one go."""
        by_mailbox: dict[int, list[Row]] = {}
        for row in rows:
            by_mailbox.setdefault(row[0], []).append(row)
        for mailbox, its_rows in by_mailbox.items():
            last = its_rows[-1]
            found = connection.execute(
                "UPDATE mailboxes SET uidnext = uidnext + ?1, highest_modseq = max(highest_modseq, ?2),"
                " filled = max(filled, ?3) WHERE number = ?4 RETURNING uidnext - ?1",
                (len(its_rows), last[3], last[1], mailbox),
            ).fetchone()
            if found is not None:
                super().write(connection, [(row[0], uid, *row[1:]) for uid, row in enumerate(its_rows, found[0])])


PLACEMENTS = Placements(
    "INSERT INTO placements (mailbox, uid, message, flags, modseq, saved_at, size, delivered)",
    "(?, ?, ?, ?, ?, ?, ?, 1)",
)
EVENTS = Insert("INSERT INTO events (seq, at, kind, id, data)", _values(5))
WORDS = Insert("INSERT INTO words (rowid, subject, people, body)", _values(4))

ORDER = (
    SESSIONS,
    MESSAGES,
    RAW,
    LARGE_RAW,
    STRUCTURES,
    TEXTS,
    ADDRESSES,
    DOMAINS,
    TAGS,
    INBOXES,
    USED,
    INBOX_MESSAGES,
    PLACEMENTS,
    EVENTS,
    WORDS,
)
"""Keys before what refers to them, and the words last: a statement that may fail half way opens a savepoint, at which
the word index writes out what it gathered."""
