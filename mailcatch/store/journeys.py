"""The ways of messages out and back: jobs read whole for a path, and what comes back linked to its recipient."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from mailcatch.journey import Attempt, Journey, Return, Sent, Traveller
from mailcatch.store.log import announce
from mailcatch.store.messages import find
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction
from mailcatch.trace import TraceEvent

MOST_ATTEMPTS = 50
"""Attempts of which a path shows the events: the newest."""

_MOST_SENT = 1_000
_data = msgspec.json.Decoder(dict[str, Any]).decode


def read_journeys(connection: sqlite3.Connection, id: str) -> tuple[Journey, ...]:
    """Return the jobs of a message, oldest first. Raises NotFound."""
    jobs = connection.execute(
        "SELECT number, id, source, rule, created_at FROM relay_jobs WHERE message = ? AND source <> 'probe'"
        " ORDER BY number",
        (find(connection, id),),
    ).fetchall()
    return tuple(
        [
            Journey(*facts, _travellers(connection, job), _attempts(connection, job))  # type: ignore[call-arg] # in order
            for job, *facts in jobs
        ]
    )


def _travellers(connection: sqlite3.Connection, job: int) -> tuple[Traveller, ...]:
    rows = connection.execute(
        "SELECT r.address, r.original, r.state, r.code, r.enhanced, r.text, r.stage, r.mta, r.attempts, r.next_at,"
        " r.uncertain, m.id FROM relay_recipients r LEFT JOIN messages m ON m.seq = r.bounce"
        " WHERE r.job = ? ORDER BY r.number",
        (job,),
    )
    return tuple([Traveller(*facts, bool(uncertain), bounce) for *facts, uncertain, bounce in rows])  # type: ignore[call-arg]


def _attempts(connection: sqlite3.Connection, job: int) -> tuple[Attempt, ...]:
    rows = connection.execute(
        "SELECT number, domain, started_at, ended_at, verdict FROM relay_attempts WHERE job = ? ORDER BY number", (job,)
    ).fetchall()
    whole = {number for number, *_ in rows[-MOST_ATTEMPTS:]}
    return tuple(
        [
            Attempt(n, *facts, _events(connection, number) if number in whole else ())  # type: ignore[call-arg] # in order
            for n, (number, *facts) in enumerate(rows, 1)
        ]
    )


def _events(connection: sqlite3.Connection, attempt: int) -> tuple[TraceEvent, ...]:
    rows = connection.execute("SELECT n, t_ms, kind, data FROM relay_trace WHERE attempt = ? ORDER BY n", (attempt,))
    return tuple([TraceEvent(n, t_ms, kind, _data(data)) for n, t_ms, kind, data in rows])


def read_sent(connection: sqlite3.Connection, ids: Sequence[str], message_id: str | None) -> tuple[Sent, ...]:
    """Return to whom we sent the messages of these ids; where there are none, those with that Message-ID, newest first.

    A Message-ID is the sender's, and two messages may have one; an id of ours is never another's.
    """
    columns = (
        "SELECT r.number, r.address, r.original, j.id, m.id FROM messages m JOIN relay_jobs j ON j.message = m.seq"
        " JOIN relay_recipients r ON r.job = j.number WHERE "
    )
    order = f" AND r.attempts > 0 ORDER BY r.number DESC LIMIT {_MOST_SENT}"
    chosen = "m.id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(columns + chosen + order, (text_of(list(ids)),)).fetchall()
    if not rows and message_id:
        rows = connection.execute(columns + "m.message_id = ?" + order, (message_id,)).fetchall()
    return tuple([Sent(*row) for row in rows])


def link(transaction: Transaction, returned: Sequence[Return]) -> int:
    """Link what came back to its recipients; return of how many messages the way has grown.

    Each is an event of the recipient's last attempt, once however many recipients it is about; a report is the
    recipient's bounce besides, and what it says of one to whom the mail was sent becomes the result. The message whose
    way it belongs to gets a `path` event.
    """
    touched: dict[int, str] = {}
    for each in returned:
        row = transaction.execute(
            "SELECT m.seq, m.id, a.number, a.started_at FROM relay_recipients r JOIN relay_jobs j ON j.number = r.job"
            " JOIN messages m ON m.seq = j.message JOIN relay_attempts a ON a.job = j.number"
            " WHERE r.number = ? ORDER BY a.domain = r.domain DESC, a.number DESC LIMIT 1",
            (each.recipient,),
        ).fetchone()
        if row is None:
            continue  # it has gone meanwhile
        message, id, attempt, started_at = row
        if each.kind != "hop":
            _name_bounce(transaction, each)
        if not _is_there(transaction, attempt, each):
            _note(transaction, attempt, started_at, each)
            touched[message] = id
    announce(transaction, "path", touched)
    return len(touched)


def _name_bounce(transaction: Transaction, each: Return) -> None:
    transaction.execute(
        "UPDATE relay_recipients SET bounce = (SELECT seq FROM messages WHERE id = ?) WHERE number = ?",
        (each.message, each.recipient),
    )
    if (said := each.result) is not None:
        transaction.execute(
            "UPDATE relay_recipients SET state = ?, code = ?, enhanced = ?, text = ?, mta = ?, next_at = NULL"
            " WHERE number = ? AND state = 'sent'",
            (said.state, said.code, said.enhanced, said.text, said.mta, each.recipient),
        )


def _is_there(transaction: Transaction, attempt: int, each: Return) -> bool:
    rows = transaction.execute("SELECT data FROM relay_trace WHERE attempt = ? AND kind = ?", (attempt, each.kind))
    return any(_data(data) == each.data for (data,) in rows)


def _note(transaction: Transaction, attempt: int, started_at: int, each: Return) -> None:
    transaction.execute(
        "INSERT INTO relay_trace (attempt, n, t_ms, kind, data)"
        " SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4 FROM relay_trace WHERE attempt = ?1",
        (attempt, max(0, transaction.at - started_at), each.kind, text_of(each.data)),
    )
