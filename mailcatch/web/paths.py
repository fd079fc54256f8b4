"""The endpoint of a message's way: how it came in, and which mail clients took it. Reading over HTTP leaves none."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mailcatch.model import Fetch, Message
from mailcatch.web import shapes
from mailcatch.web.routes import Ask, Route
from mailcatch.web.selecting import Which, id_of
from mailcatch.web.times import rfc3339


class PathStep(shapes.Shape, frozen=True):
    """A step of a message's way. `account` is whose mailbox it was, `act` what the client asked for."""

    at: shapes.Time
    kind: Literal["received", "fetched", "removed"]
    protocol: str
    account: str | None
    act: str | None
    client: str | None
    session_id: str | None


class Path(shapes.Shape, frozen=True):
    """The way of a message: in by SMTP or HTTP, then to mail clients; removed, when only an account's copy went."""

    steps: list[PathStep]


_REMOVING = frozenset({"DELE", "EXPUNGE"})


def path(ask: Ask[Which, None]) -> Struct:
    """Return the steps of a message, oldest first."""
    store = ask.site.store
    id = id_of(store, ask.path["id"], ask.params)
    return Path([_received(store.message(id)), *map(_fetched, store.fetches(id))])


def _received(message: Message) -> PathStep:
    summary, envelope = message.summary, message.envelope
    return PathStep(
        at=rfc3339(summary.received_at),
        kind="received",
        protocol=envelope.protocol,
        account=None,
        act=None,
        client=envelope.helo,
        session_id=summary.session_id,
    )


def _fetched(step: Fetch) -> PathStep:
    return PathStep(
        at=rfc3339(step.at),
        kind="removed" if step.act in _REMOVING else "fetched",
        protocol=step.protocol,
        account=step.account,
        act=step.act,
        client=step.client,
        session_id=step.session_id,
    )


ROUTES = (
    Route(
        "GET",
        "/v1/messages/<id>/path",
        path,
        "The way of a message",
        Path,
        Which,
        problems=("query-error", "not-found"),
    ),
)
