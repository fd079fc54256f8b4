"""Sessions: every dialogue with its transcript, also those that gave no message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mailcatch.errors import NotFound
from mailcatch.model import Session, TranscriptLine
from mailcatch.store.api import SessionPage
from mailcatch.store.transaction import Transaction

KEPT = 2_000
"""How many sessions are kept whose mail is gone, or which gave none; with mail, as long as that."""

_STEP = 100  # new sessions between two looks at those that fell out

_encode = msgspec.json.Encoder().encode
_transcript = msgspec.json.Decoder(tuple[TranscriptLine, ...]).decode
_findings = msgspec.json.Decoder(tuple[str, ...]).decode

_COLUMNS = (
    "id, protocol, listener, peer, started_at, ended_at, helo, auth_user, tls, client, accepted, rejected, outcome,"
    " findings"
)


def link_session(transaction: Transaction, session: Session | None) -> int | None:
    """Bring a session's row up to date, making it with its first mail or refusal; return its number."""
    if session is None:
        return None
    transcript = None if session.transcript is None else _encode(session.transcript).decode()
    row = transaction.execute(
        f"INSERT INTO sessions ({_COLUMNS}, transcript) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,coalesce(?,'[]'))"
        " ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, helo = excluded.helo,"
        " auth_user = excluded.auth_user, tls = excluded.tls, client = excluded.client,"
        " accepted = max(accepted, excluded.accepted), rejected = max(rejected, excluded.rejected),"
        " outcome = excluded.outcome, findings = excluded.findings,"
        " transcript = CASE WHEN ? THEN excluded.transcript ELSE transcript END RETURNING number",
        (
            session.id, session.protocol, session.listener, session.peer, session.started_at, session.ended_at,
            session.helo, session.auth_user, session.tls, session.client, session.accepted, session.rejected,
            session.outcome, _encode(session.findings).decode(), transcript, transcript is not None,
        ),
    ).fetchone()  # fmt: skip
    number: int = row[0]
    if number % _STEP == 0:
        _forget(transaction, "number BETWEEN ? AND ?", (number - KEPT - _STEP, number - KEPT))
    return number


def forget_without_mail(transaction: Transaction, numbers: Iterable[int]) -> None:
    """Forget those of the sessions that are not among the newest and have no mail left."""
    (newest,) = transaction.execute("SELECT max(number) FROM sessions").fetchone()
    for number in numbers:
        if number <= newest - KEPT:
            _forget(transaction, "number = ?", (number,))


def _forget(transaction: Transaction, which: str, parameters: tuple[int, ...]) -> None:
    transaction.execute(
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
    return _session(row[:-2], _transcript(row[-2])), tuple([message for (message,) in ids])


def _session(row: Sequence[Any], transcript: tuple[TranscriptLine, ...] | None = None) -> Session:
    return Session(*row[:-1], _findings(row[-1]), transcript)  # type: ignore[call-arg] # columns in the fields' order


def record(transaction: Transaction, session: Session) -> None:
    """Store a session's new state and a `session` event."""
    link_session(transaction, session)
    transaction.event("session", session.id)


def of_messages(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str | None]:
    """Return for each message id the id of its session."""
    rows = connection.execute(
        "SELECT m.id, s.id FROM messages m LEFT JOIN sessions s ON s.number = m.session"
        " WHERE m.id IN (SELECT value FROM json_each(?))",
        (_encode(list(ids)).decode(),),
    )
    return dict(rows.fetchall())
