"""Attempts of the relay's queue: what is due is claimed, the final dot announced, results taken down."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mailcatch.errors import Conflict
from mailcatch.store.relay_api import Claim, Claims, Settled
from mailcatch.store.relay_reads import is_paused
from mailcatch.store.rows import text_of
from mailcatch.store.transaction import Transaction
from mailcatch.trace import OrderRecipient, TraceEvent

INTERRUPTED = "interrupted by the end of the process"

_DUE = "state IN ('queued', 'deferred', 'active') AND state <> 'active'"  # as relay_due has it, so that it is used
_encode = msgspec.json.Encoder().encode


def claim(transaction: Transaction, now: int, busy: Sequence[str], limit: int) -> Claims:
    """Begin attempts for what is due, the longest due first, one for a domain."""
    claims: list[Claim] = []
    taken = list(busy)
    while len(claims) < limit and not is_paused(transaction.connection):
        row = transaction.execute(
            f"SELECT job, domain FROM relay_recipients INDEXED BY relay_due WHERE {_DUE} AND next_at <= ?"
            " AND domain NOT IN (SELECT value FROM json_each(?)) ORDER BY next_at, number LIMIT 1",
            (now, text_of(taken)),
        ).fetchone()
        if row is None:
            break
        job, domain = row
        taken.append(domain)
        claims.append(_begin(transaction, job, domain, now))
    (next_at,) = transaction.execute(
        f"SELECT min(next_at) FROM relay_recipients INDEXED BY relay_due WHERE {_DUE} AND next_at > ?", (now,)
    ).fetchone()
    return Claims(tuple(claims), next_at)


def _begin(transaction: Transaction, job: int, domain: str, now: int) -> Claim:
    plain = _handshake_failed(transaction, job, domain)
    (n,) = transaction.execute("SELECT count(*) + 1 FROM relay_attempts WHERE job = ?", (job,)).fetchone()
    (attempt,) = transaction.execute(
        "INSERT INTO relay_attempts (job, domain, started_at, phase) VALUES (?, ?, ?, 'start') RETURNING number",
        (job, domain, now),
    ).fetchone()
    rows = transaction.execute(
        "UPDATE relay_recipients SET state = 'active', attempts = attempts + 1, attempt = ?, next_at = NULL"
        f" WHERE job = ? AND domain = ? AND {_DUE} AND next_at <= ?"
        " RETURNING number, address, notify, orcpt, attempts",
        (attempt, job, domain, now),
    ).fetchall()
    id, message, sender, source, ret, envid, created_at, expires_at = transaction.execute(
        "SELECT j.id, m.id, j.sender, j.source, j.ret, j.envid, j.created_at, j.expires_at"
        " FROM relay_jobs j JOIN messages m ON m.seq = j.message WHERE j.number = ?",
        (job,),
    ).fetchone()
    transaction.event("path", message)
    return Claim(
        attempt=attempt,
        n=n,
        job=id,
        message=message,
        sender=sender,
        source=source,
        domain=domain,
        recipients=tuple([OrderRecipient(*row[:4]) for row in sorted(rows)]),
        tries=max(row[4] for row in rows),
        created_at=created_at,
        expires_at=expires_at,
        ret=ret,
        envid=envid,
        plain_allowed=plain,
    )


def _handshake_failed(transaction: Transaction, job: int, domain: str) -> bool:
    """Tell whether the attempt before met a server whose TLS does not work."""
    (failed,) = transaction.execute(
        "SELECT EXISTS (SELECT 1 FROM relay_trace WHERE kind = 'tls.fail' AND attempt ="
        " (SELECT max(number) FROM relay_attempts WHERE job = ? AND domain = ?))",
        (job, domain),
    ).fetchone()
    return bool(failed)


def dot(transaction: Transaction, attempt: int) -> None:
    """Keep that the end of the message is about to be sent. Raises Conflict if somebody was taken out of it."""
    message = _message_of(transaction, attempt)
    (begun,) = transaction.execute(
        "SELECT count(*) FROM relay_recipients WHERE attempt = ? AND state = 'active'", (attempt,)
    ).fetchone()
    (left,) = transaction.execute(
        "SELECT count(*) FROM relay_recipients WHERE attempt = ? AND state <> 'active'", (attempt,)
    ).fetchone()
    if message is None or left or not begun:
        raise Conflict("a recipient was cancelled or held meanwhile")
    transaction.execute("UPDATE relay_attempts SET phase = 'dot' WHERE number = ?", (attempt,))


def add_trace(transaction: Transaction, attempt: int, events: Sequence[TraceEvent]) -> None:
    """Add to an attempt's trace."""
    message = _message_of(transaction, attempt)
    if message is not None and events:
        _insert(transaction, attempt, events)
        transaction.event("path", message)


def end(  # noqa: PLR0917 - what an attempt ends with
    transaction: Transaction,
    attempt: int,
    settled: Sequence[Settled],
    verdict: str,
    events: Sequence[TraceEvent],
    now: int,
) -> None:
    """End an attempt: results of who is still in it, and the rest of its trace; nothing if the message has gone."""
    message = _message_of(transaction, attempt)
    if message is None:
        return
    _insert(transaction, attempt, events)
    for each in settled:
        result = each.result
        transaction.execute(
            "UPDATE relay_recipients SET state = ?, next_at = ?, code = ?, enhanced = ?, text = ?, stage = ?, mta = ?,"
            " uncertain = max(uncertain, ?), attempt = NULL WHERE number = ? AND attempt = ? AND state = 'active'",
            (
                result.state, each.next_at, result.code, result.enhanced, result.text, result.stage, result.mta,
                int(result.uncertain), result.number, attempt,
            ),
        )  # fmt: skip
    transaction.execute("UPDATE relay_recipients SET attempt = NULL WHERE attempt = ?", (attempt,))
    transaction.execute(
        "UPDATE relay_attempts SET phase = 'end', ended_at = ?, verdict = ? WHERE number = ?", (now, verdict, attempt)
    )
    transaction.event("path", message)


def recover(transaction: Transaction, now: int) -> int:
    """Make what another process left active deferred; after its dot it may have arrived, so it is uncertain."""
    messages = transaction.execute(
        "SELECT DISTINCT m.id FROM relay_recipients r JOIN relay_jobs j ON j.number = r.job"
        " JOIN messages m ON m.seq = j.message WHERE r.state = 'active'"
    ).fetchall()
    count = transaction.execute(
        "UPDATE relay_recipients SET state = 'deferred', next_at = ?, code = 451, enhanced = '4.3.2', text = ?,"
        " stage = NULL, mta = NULL, uncertain = max(uncertain, coalesce((SELECT a.phase = 'dot' FROM relay_attempts a"
        " WHERE a.number = relay_recipients.attempt), 0)), attempt = NULL WHERE state = 'active'",
        (now, INTERRUPTED),
    ).rowcount
    transaction.execute(
        "UPDATE relay_attempts SET phase = 'end', ended_at = ?, verdict = ? WHERE ended_at IS NULL", (now, INTERRUPTED)
    )
    for (id,) in messages:
        transaction.event("path", id)
    return int(count)


def _insert(transaction: Transaction, attempt: int, events: Sequence[TraceEvent]) -> None:
    transaction.executemany(
        "INSERT OR IGNORE INTO relay_trace (attempt, n, t_ms, kind, data) VALUES (?, ?, ?, ?, ?)",
        [(attempt, each.seq, each.t_ms, each.kind, _encode(each.data).decode()) for each in events],
    )


def _message_of(transaction: Transaction, attempt: int) -> str | None:
    """Return the id of an attempt's message, None if that is gone, and the attempt with it."""
    row = transaction.execute(
        "SELECT m.id FROM relay_attempts a JOIN relay_jobs j ON j.number = a.job JOIN messages m ON m.seq = j.message"
        " WHERE a.number = ?",
        (attempt,),
    ).fetchone()
    return None if row is None else str(row[0])
