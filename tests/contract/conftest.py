"""The engines, and messages to keep in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.ids import new_id
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient, Session
from mailcatch.store.api import Added, NewMessage, Store
from mailcatch.store.sqlite import open_store

Opener = Callable[[], Store]


def _sqlite(folder: Path, bus: Bus) -> Store:
    return open_store(folder / "mail.db", bus)


ENGINES = {"sqlite": _sqlite}
"""Every engine that must pass the suite."""


@pytest.fixture(params=ENGINES.values(), ids=ENGINES.keys())
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Open the same database, again after it was closed."""
    opened: list[Store] = []

    def opener() -> Store:
        opened.append(request.param(tmp_path, Bus()))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Opener) -> Store:
    return reopen()


def session(**fields: object) -> Session:
    """Make a session."""
    return Session(new_id(), "ESMTP", "127.0.0.1:1025", "127.0.0.1:5", 1_000, **fields)  # type: ignore[arg-type]


def message(
    subject: str = "hello",
    *,
    rcpt: str = "bob@x.test",
    body: str = "text",
    session: Session | None = None,
    **state: object,
) -> NewMessage:
    """Make a message as the inbox would."""
    raw = f"From: app@x.test\r\nTo: {rcpt}\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()
    envelope = Envelope("app@x.test", (Recipient(rcpt),))
    state.setdefault("received_at", 1_700_000_000_000)
    return compose(Arrival(raw, envelope, "smtp", session=session, **state))  # type: ignore[arg-type]


def added(future: Future[Added]) -> str:
    """Wait for a message to be stored; give its id."""
    return future.result(10).id
