"""Sessions: every dialogue with its transcript, also those that gave no message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mailcatch.errors import NotFound
from mailcatch.model import Session, TranscriptLine
from mailcatch.store.api import SessionPage
from mailcatch.store.inserts import SESSIONS
from mailcatch.store.transaction import Transaction

KEPT = 2_000
"""How many sessions are kept whose mail is gone, or which gave none; with mail, as long as that."""

_STEP = 100  # numbers of the log between two looks at those that fell out

_encode = msgspec.json.Encoder().encode
_transcript = msgspec.json.Decoder(tuple[TranscriptLine, ...]).decode
_findings = msgspec.json.Decoder(tuple[str, ...]).decode

_COLUMNS = (
    "id, protocol, listener, peer, started_at, ended_at, helo, auth_user, tls, client, accepted, rejected, outcome,"
    " findings"
)


def keep_session(transaction: Transaction, session: Session) -> None:
    """Bring a session's row up to date, making it with its first mail or refusal."""
    transcript = "" if session.transcript is None else _encode(session.transcript).decode()
    transaction.add(
        SESSIONS,
        (
            session.id, session.protocol, session.listener, session.peer, session.started_at, session.ended_at,
            session.helo, session.auth_user, session.tls, session.client, session.accepted, session.rejected,
            session.outcome, _encode(session.findings).decode(), transcript,
        ),
    )  # fmt: skip


def forget_old_sessions(connection: sqlite3.Connection, before: int, now: int) -> None:
    """Forget those that fell out, from time to time, as the log grows from seq `before` to `now`."""
    if before // _STEP != now // _STEP:
        (newest,) = connection.execute("SELECT max(number) FROM sessions").fetchone()
        if newest is not None:
            # A session takes a number of the log at least, so no more can have fallen out since the last look.
            came = max(_STEP, now - before)
            _forget(connection, "number BETWEEN ? AND ?", (newest - KEPT - came, newest - KEPT))


def forget_without_mail(transaction: Transaction, numbers: Iterable[int]) -> None:
    """Forget those of the sessions that are not among the newest and have no mail left."""
    (newest,) = transaction.execute("SELECT max(number) FROM sessions").fetchone()
    for number in numbers:
        if number <= newest - KEPT:
            _forget(transaction.connection, "number = ?", (number,))


def _forget(connection: sqlite3.Connection, which: str, parameters: tuple[int, ...]) -> None:
    connection.execute(
        f"DELETE FROM sessions WHERE {which} AND NOT EXISTS (SELECT 1 FROM messages WHERE session = sessions.number)",
        parameters,
    )


def read_sessions(
    connection: sqlite3.Connection, limit: int, before: int | None, rejected: bool | None, seq: int
) -> SessionPage:
    """Return sessions, newest first, without transcripts."""
    where = ["1"] if rejected is None else ["rejected > 0" if rejected else "rejected = 0"]
    if before is not None:
        where.append(f"number < {int(before)}")
    rows = connection.execute(
        f"SELECT number, {_COLUMNS} FROM sessions WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?",
        (limit + 1,),
    ).fetchall()
    page = tuple([_session(row[1:]) for row in rows[:limit]])
    return SessionPage(page, rows[limit - 1][0] if len(rows) > limit else None, seq)


def read_session(connection: sqlite3.Connection, id: str) -> tuple[Session, tuple[str, ...]]:
    """Return one session with its transcript, and the ids of its messages. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS}, transcript, number FROM sessions WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound(f"no session {id}")
    ids = connection.execute("SELECT id FROM messages WHERE session = ? ORDER BY seq", (row[-1],))
    return _session(row[:-2], _transcript(row[-2] or "[]")), tuple([message for (message,) in ids])


def _session(row: Sequence[Any], transcript: tuple[TranscriptLine, ...] | None = None) -> Session:
    return Session(*row[:-1], _findings(row[-1]), transcript)  # type: ignore[call-arg] # columns in the fields' order


def record(transaction: Transaction, session: Session) -> None:
    """Store a session's new state and a `session` event."""
    keep_session(transaction, session)
    transaction.event("session", session.id)


def of_messages(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str | None]:
    """Return for each message id the id of its session."""
    rows = connection.execute(
        "SELECT m.id, s.id FROM messages m LEFT JOIN sessions s ON s.number = m.session"
        " WHERE m.id IN (SELECT value FROM json_each(?))",
        (_encode(list(ids)).decode(),),
    )
    return dict(rows.fetchall())
