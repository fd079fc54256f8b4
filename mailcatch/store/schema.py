"""The schema: its steps, and what a new database begins with."""

from __future__ import annotations

import sqlite3
import time
from importlib import resources

from mailcatch.ids import new_id
from mailcatch.store.mailboxes import make_account
from mailcatch.store.words import VERSION

APPLICATION_ID = 0x6D63_6174  # "mcat"


def migrations() -> list[str]:
    """Return the schema's steps, first to last: `migrations/NNNN.sql`."""
    folder = resources.files("mailcatch.store") / "migrations"
    return [
        step.read_text("utf-8")
        for step in sorted(folder.iterdir(), key=lambda step: step.name)
        if step.name.endswith(".sql")
    ]


def migrate(connection: sqlite3.Connection, steps: list[str] | None = None) -> None:
    """Bring the schema up to date, each step in a transaction of its own, counted by `PRAGMA user_version`."""
    steps = migrations() if steps is None else steps
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(steps[version:], version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version={number}; COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def seed(connection: sqlite3.Connection) -> None:
    """Give a new database its identity, its default inbox and the account that shows everything."""
    if connection.execute("SELECT 1 FROM meta WHERE name = 'epoch'").fetchone() is not None:
        return
    now = time.time_ns() // 1_000_000
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        (("epoch", new_id(now)[-8:].lower()), ("created_at", str(now)), ("words", str(VERSION))),
    )
    connection.execute(
        "INSERT INTO inboxes (number, name, automatic, created_at, used_at) VALUES (1, 'default', 0, ?, ?)", (now, now)
    )
    make_account(connection, "all", "", now)
    connection.execute("COMMIT")
