"""The endpoint of a message's way: in, out by relay, back, and into mail clients. Reading over HTTP leaves no trace."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from msgspec import Struct

from mailcatch.errors import NotFound
from mailcatch.mime.hops import hops_of
from mailcatch.store.api import Reader
from mailcatch.web import shapes
from mailcatch.web.accepting import as_text, wants_text
from mailcatch.web.path_steps import Copy, Destination, Kind, Step, destinations, returned_in, steps_of
from mailcatch.web.path_text import path_text
from mailcatch.web.routes import Ask, Route
from mailcatch.web.selecting import Which, id_of
from mailcatch.web.times import rfc3339

_HEADER = 64 << 10  # octets in which the hops are looked for
_COPIES = 20


class PathEvent(shapes.Shape, frozen=True):
    """One fact of a step: `t_ms` since the step began; what `data` holds goes by `kind`."""

    seq: int
    t_ms: int
    kind: str
    data: dict[str, Any]  # whatever facts its kind has


class PathStep(shapes.Shape, frozen=True):
    """A step of a message's way. `account` is whose mailbox it was, `act` what the client asked for.

    `message` is another message that the step is about: a report, or this one come back. `job`, `n` and `domain` say
    which attempt it was, at `/v1/relay/jobs/{job}/attempts/{n}`.
    """

    at: shapes.Time
    kind: Kind
    text: str
    events: list[PathEvent]
    ended_at: shapes.Time | None
    protocol: str | None
    account: str | None
    act: str | None
    client: str | None
    session_id: str | None
    message: str | None
    job: str | None
    n: int | None
    domain: str | None


class PathRecipient(shapes.Shape, frozen=True):
    """One recipient: by which route its mail goes, in which state it is, and the reply that decided.

    `state` is `stored` where the mail stays here; `bounce` is the message that says it was not delivered.
    """

    address: str
    original: str
    route: Literal["local", "relay", "blocked", "none"]
    rule: str | None
    state: str
    code: int | None
    enhanced: str | None
    text: str | None
    stage: str | None
    mta: str | None
    attempts: int
    next_at: shapes.Time | None
    uncertain: bool
    job: str | None
    bounce: str | None


class Path(shapes.Shape, frozen=True):
    """The way of a message: its recipients, and its steps, oldest first."""

    recipients: list[PathRecipient]
    steps: list[PathStep]


def path(ask: Ask[Which, None]) -> Struct | Response:
    """Return the way of a message, as JSON or as text to paste."""
    store = ask.site.store
    id = id_of(store, ask.path["id"], ask.params)
    message, journeys = store.message(id), store.journeys(id)
    hops = hops_of(store.raw_range(id, 0, _HEADER))
    goals = destinations(message.envelope.rcpt_to, journeys)
    steps = steps_of(message, hops, journeys, store.fetches(id), _copies(store, returned_in(journeys)))
    if wants_text(ask.environ):
        return as_text(path_text(message, goals, steps))
    return Path([_recipient(each) for each in goals], [_step(each) for each in steps])


def _copies(store: Reader, ids: tuple[str, ...]) -> list[Copy]:
    found: list[Copy] = []
    for id in ids[:_COPIES]:
        try:
            found.append(Copy(store.message(id), store.fetches(id)))
        except NotFound:
            continue  # it came back, and was deleted
    return found


def _recipient(goal: Destination) -> PathRecipient:
    sent = goal.traveller
    return PathRecipient(
        address=goal.address,
        original=sent.original if sent else goal.address,
        route=goal.route,
        rule=goal.rule,
        state=goal.state,
        code=sent.code if sent else None,
        enhanced=sent.enhanced if sent else None,
        text=sent.text if sent else None,
        stage=sent.stage if sent else None,
        mta=sent.mta if sent else None,
        attempts=sent.attempts if sent else 0,
        next_at=_time(sent.next_at if sent else None),
        uncertain=sent.uncertain if sent else False,
        job=goal.job,
        bounce=sent.bounce if sent else None,
    )


def _step(step: Step) -> PathStep:
    return PathStep(
        at=rfc3339(step.at),
        kind=step.kind,
        text=step.text,
        events=[PathEvent(each.seq, each.t_ms, each.kind, each.data) for each in step.events],
        ended_at=_time(step.ended_at),
        protocol=step.protocol,
        account=step.account,
        act=step.act,
        client=step.client,
        session_id=step.session_id,
        message=step.message,
        job=step.job,
        n=step.n,
        domain=step.domain,
    )


def _time(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


ROUTES = (
    Route(
        "GET",
        "/v1/messages/<id>/path",
        path,
        "The way of a message",
        Path,
        Which,
        problems=("query-error", "not-found"),
        other="text/plain",
    ),
)
