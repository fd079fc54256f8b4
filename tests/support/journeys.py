"""Jobs of the relay, put into a database as its worker would leave them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

STARTED = 1_790_000_000_000


def job(
    database: Path, message: str, id: str = "J1", *, source: str = "auto", rule: str | None = "allow @y.test"
) -> int:
    """Make a job of a message."""
    with _open(database) as connection:
        (seq,) = connection.execute("SELECT seq FROM messages WHERE id = ?", (message,)).fetchone()
        return (
            connection.execute(
                "INSERT INTO relay_jobs (id, message, sender, source, rule, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, seq, "app@x.test", source, rule, STARTED, STARTED + 7_200_000),
            ).lastrowid
            or 0
        )


def recipient(
    database: Path, job: int, address: str, state: str = "sent", original: str | None = None, **facts: Any
) -> int:
    """Add a recipient to a job."""
    given = {"attempts": 1, **facts}
    columns = ["job", "address", "original", "domain", "state", *given]
    values = [job, address, original or address, address.rpartition("@")[2], state, *given.values()]
    with _open(database) as connection:
        sql = f"INSERT INTO relay_recipients ({', '.join(columns)}) VALUES ({', '.join('?' * len(values))})"
        return connection.execute(sql, values).lastrowid or 0


def attempt(
    database: Path,
    job: int,
    domain: str,
    events: Iterable[tuple[int, str, Mapping[str, Any]]] = (),
    verdict: str = "sent",
) -> int:
    """Add an attempt with its trace: (ms, kind, facts) each."""
    with _open(database) as connection:
        number = (
            connection.execute(
                "INSERT INTO relay_attempts (job, domain, started_at, ended_at, phase, verdict) VALUES (?, ?, ?, ?, 'end', ?)",
                (job, domain, STARTED + 10, STARTED + 500, verdict),
            ).lastrowid
            or 0
        )
        rows = [(number, n, t_ms, kind, json.dumps(facts)) for n, (t_ms, kind, facts) in enumerate(events, 1)]
        connection.executemany("INSERT INTO relay_trace VALUES (?, ?, ?, ?, ?)", rows)
    return number


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=10)
