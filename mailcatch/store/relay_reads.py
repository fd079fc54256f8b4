"""Reading the relay's queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, get_args

import msgspec

from mailcatch.errors import NotFound
from mailcatch.store.relay_api import AttemptHead, Audited, Job, JobPage, JobRecipient, RelayState, WholeAttempt
from mailcatch.store.rows import text_of
from mailcatch.trace import State, TraceEvent

HOUR, DAY = 3_600_000, 86_400_000
PAUSED = "relay_paused"

_JOB = (
    "j.number, j.id, m.id, coalesce(m.subject, ''), j.sender, j.source, j.rule, j.ret, j.envid, j.created_at,"
    " j.expires_at"
)
_RECIPIENT = (
    "r.number, r.address, r.original, r.domain, r.state, r.attempts, r.next_at, r.code, r.enhanced, r.text, r.stage,"
    " r.mta, r.uncertain, r.notify, r.orcpt, b.id"
)
_HEAD = "domain, started_at, ended_at, phase, verdict"
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def is_paused(connection: sqlite3.Connection) -> bool:
    """Tell whether the relay is paused."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (PAUSED,)).fetchone()
    return row is not None and row[0] == "1"


def has_left(connection: sqlite3.Connection) -> bool:
    """Tell whether the end of any message was sent, or is being sent now."""
    (left,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM relay_recipients WHERE state = 'sent' OR uncertain OR bounce IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM relay_attempts WHERE phase = 'dot')"
    ).fetchone()
    return bool(left)


def read_state(connection: sqlite3.Connection, now: int, seq: int) -> RelayState:
    """Return where the queue stands."""
    found = dict(connection.execute("SELECT state, count(*) FROM relay_recipients GROUP BY state").fetchall())
    counts = {state: found.get(state, 0) for state in get_args(State)}
    hour, day = let_go(connection, now)
    return RelayState(is_paused(connection), counts, hour, day, seq)


def let_go(connection: sqlite3.Connection, now: int) -> tuple[int, int]:
    """Return how many messages were let go in the last hour and day."""
    hour, day = connection.execute(
        "SELECT coalesce(sum(at > ?), 0), count(*) FROM relay_releases WHERE at > ?", (now - HOUR, now - DAY)
    ).fetchone()
    return hour, day


def read_jobs(connection: sqlite3.Connection, state: State | None, limit: int, before: int | None, seq: int) -> JobPage:
    """Return a page of jobs, newest first."""
    where, values = ["1"], list[Any]()
    if state is not None:
        where.append("EXISTS (SELECT 1 FROM relay_recipients r WHERE r.job = j.number AND r.state = ?)")
        values.append(state)
    if before is not None:
        where.append("j.number < ?")
        values.append(before)
    rows = connection.execute(
        f"SELECT {_JOB} FROM relay_jobs j LEFT JOIN messages m ON m.seq = j.message"
        f" WHERE {' AND '.join(where)} ORDER BY j.number DESC LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    page = rows[:limit]
    return JobPage(_jobs(connection, page), page[-1][0] if len(rows) > limit else None, seq)


def read_job(connection: sqlite3.Connection, id: str) -> Job:
    """Return one job. Raises NotFound."""
    rows = connection.execute(
        f"SELECT {_JOB} FROM relay_jobs j LEFT JOIN messages m ON m.seq = j.message WHERE j.id = ?", (id,)
    ).fetchall()
    if not rows:
        raise NotFound(f"There is no job {id}.")
    return _jobs(connection, rows)[0]


def read_jobs_of(connection: sqlite3.Connection, message: str) -> tuple[Job, ...]:
    """Return the jobs of a message, oldest first."""
    rows = connection.execute(
        f"SELECT {_JOB} FROM relay_jobs j JOIN messages m ON m.seq = j.message WHERE m.id = ? ORDER BY j.number",
        (message,),
    ).fetchall()
    return _jobs(connection, rows)


def _jobs(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> tuple[Job, ...]:
    numbers = text_of([row[0] for row in rows])
    recipients: dict[int, list[JobRecipient]] = {row[0]: [] for row in rows}
    attempts: dict[int, list[AttemptHead]] = {row[0]: [] for row in rows}
    for job, *row in connection.execute(
        f"SELECT r.job, {_RECIPIENT} FROM relay_recipients r LEFT JOIN messages b ON b.seq = r.bounce"
        " WHERE r.job IN (SELECT value FROM json_each(?)) ORDER BY r.number",
        (numbers,),
    ):
        row[12] = bool(row[12])
        recipients[job].append(JobRecipient(*row))
    for job, *row in connection.execute(
        f"SELECT job, {_HEAD} FROM relay_attempts WHERE job IN (SELECT value FROM json_each(?)) ORDER BY number",
        (numbers,),
    ):
        attempts[job].append(AttemptHead(len(attempts[job]) + 1, *row))
    return tuple([Job(*row, tuple(recipients[row[0]]), tuple(attempts[row[0]])) for row in rows])  # type: ignore[call-arg] # columns in the fields' order


def read_attempt(connection: sqlite3.Connection, job: str, n: int) -> WholeAttempt:
    """Return an attempt with its trace. Raises NotFound."""
    row = connection.execute(
        f"SELECT a.number, m.id, {_HEAD} FROM relay_attempts a JOIN relay_jobs j ON j.number = a.job"
        " LEFT JOIN messages m ON m.seq = j.message WHERE j.id = ? ORDER BY a.number LIMIT 1 OFFSET ?",
        (job, n - 1),
    ).fetchone() if n > 0 else None  # fmt: skip
    if row is None:
        raise NotFound(f"There is no attempt {n} of a job {job}.")
    number, message, *head = row
    events = connection.execute("SELECT n, t_ms, kind, data FROM relay_trace WHERE attempt = ? ORDER BY n", (number,))
    trace = tuple([TraceEvent(seq, t_ms, kind, _decode(data)) for seq, t_ms, kind, data in events])
    return WholeAttempt(job, message, AttemptHead(n, *head), trace)


def read_audit(connection: sqlite3.Connection, limit: int) -> tuple[Audited, ...]:
    """Return who did what, newest first."""
    rows = connection.execute("SELECT at, actor, act, data FROM relay_audit ORDER BY number DESC LIMIT ?", (limit,))
    return tuple([Audited(at, actor, act, _decode(data)) for at, actor, act, data in rows])
