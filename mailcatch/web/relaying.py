"""Endpoints of the relay: its state and pause, its queue and what can be done with it, releases, routes, probes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any, TypeVar

from flask import Response
from msgspec import Meta, Struct

from mailcatch.errors import Conflict, NotFound
from mailcatch.ids import is_id
from mailcatch.store.relay_api import ACTS, Act
from mailcatch.trace import State
from mailcatch.web import relay_present as present
from mailcatch.web import relay_shapes as shapes
from mailcatch.web.accepting import as_text, wants_text
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route
from mailcatch.web.selecting import Which, id_of

T = TypeVar("T")


class JobParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The queue's parameters."""

    state: Annotated[State, Meta(description="Only jobs with a recipient in this state")] | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    before: Annotated[str, Meta(description="`before` of a page")] | None = None


def relay(ask: Ask[NoParameters, None]) -> Struct:
    """Return how the relay is set up, and where its queue stands."""
    value = ask.site.relay.info()
    return present.state(value, ask.site.cursor(value.seq))


def pause_relay(ask: Ask[NoParameters, shapes.RelayPut]) -> Struct:
    """Pause the relay, or let it go on."""
    ask.site.result(ask.site.relay.pause(paused=ask.body.paused, actor=_actor(ask)))
    value = ask.site.relay.info()
    return present.state(value, ask.site.cursor(value.seq))


def release(ask: Ask[Which, shapes.Release]) -> Struct:
    """Send a message on to these recipients, as far as the rules allow; over a limit it is held."""
    control, id = ask.site.relay, id_of(ask.site.store, ask.path["id"], ask.params)
    return present.job(_allowed(ask, lambda: control.release(id, ask.body.to, actor=_actor(ask))))


def list_jobs(ask: Ask[JobParameters, None]) -> Struct:
    """Return jobs, newest first."""
    params = ask.params
    if params.before is not None and not (params.before.isdecimal() and len(params.before) < 19):
        raise Problem("bad-parameter", "before is what a page gave.", parameter="before")
    before = None if params.before is None else int(params.before)
    page = ask.site.store.relay_jobs(state=params.state, limit=params.limit, before=before)
    return shapes.JobPage(
        jobs=[present.job(each) for each in page.jobs],
        before=None if page.before is None else str(page.before),
        cursor=ask.site.cursor(page.seq),
    )


def one_job(ask: Ask[NoParameters, None]) -> Struct:
    """Return one job with its recipients and attempts."""
    return present.job(ask.site.store.relay_job(_job_id(ask)))


def one_attempt(ask: Ask[NoParameters, None]) -> Struct | Response:
    """Return an attempt whole: DNS, dialogue, verdict; as text to paste into a ticket."""
    n = ask.path["n"]
    if not (n.isdecimal() and len(n) < 9):
        raise NotFound(f"There is no attempt {n[:40]!r}.")
    value = ask.site.store.relay_attempt(_job_id(ask), int(n))
    return as_text(present.attempt_text(value)) if wants_text(ask.environ) else present.whole(value)


def route(ask: Ask[NoParameters, shapes.OneAddress]) -> Struct:
    """Say where mail for an address would go: the rule and the DNS, without a connection."""
    return present.route(ask.site.result(ask.site.relay.route(ask.body.address)))


def probe(ask: Ask[NoParameters, shapes.OneAddress]) -> Struct:
    """Ask the server of an address about it: TLS, MAIL, RCPT, then RSET and QUIT, and no message."""
    control = ask.site.relay
    return present.probe(_allowed(ask, lambda: control.probe(ask.body.address, actor=_actor(ask))))


def _acting(act: Act) -> Callable[[Ask[NoParameters, shapes.JobAct]], Struct]:
    """Return the endpoint of an act."""

    def view(ask: Ask[NoParameters, shapes.JobAct]) -> Struct:
        control, job = ask.site.relay, _job_id(ask)
        return present.job(_allowed(ask, lambda: control.act(job, act, ask.body.to, actor=_actor(ask))))

    view.__name__ = f"{act}_job"
    view.__doc__ = _ACTS[act]
    return view


_ACTS: dict[Act, str] = {
    "retry": "Try recipients again now, or let go those that are held.",
    "hold": "Hold recipients until somebody lets them go.",
    "cancel": "Take recipients out of the queue for good.",
    "bounce": "Give recipients up.",
    "requeue": "Put recipients into the queue anew that are at an end.",
}


def _allowed(ask: Ask[Any, Any], act: Callable[[], Future[T]]) -> T:
    """Return what an act gives; what a rule or a state forbids is `relay-refused`, with its name."""
    try:
        return ask.site.result(act())
    except Conflict as error:
        raise Problem("relay-refused", str(error)) from error


def _actor(ask: Ask[Any, Any]) -> str:
    """Return who asks, for the audit: the address, and what the client calls itself."""
    agent = str(ask.environ.get("HTTP_USER_AGENT", ""))[:60]
    return f"http {ask.environ.get('REMOTE_ADDR', '')} {agent}".strip()


def _job_id(ask: Ask[Any, Any]) -> str:
    if not is_id(ask.path["id"]):
        raise NotFound(f"There is no job {ask.path['id'][:40]!r}.")
    return ask.path["id"]


_REFUSED = ("not-found", "relay-refused", "busy")

ROUTES = (
    Route("GET", "/v1/relay", relay, "The relay", shapes.RelayState),
    Route("PUT", "/v1/relay", pause_relay, "Pause the relay", shapes.RelayState, body=shapes.RelayPut,
          problems=("busy",)),
    Route("GET", "/v1/relay/jobs", list_jobs, "The queue", shapes.JobPage, JobParameters),
    Route("GET", "/v1/relay/jobs/<id>", one_job, "A job", shapes.Job, problems=("not-found",)),
    Route("GET", "/v1/relay/jobs/<id>/attempts/<n>", one_attempt, "An attempt", shapes.JobAttemptWhole,
          problems=("not-found",), other="text/plain"),
    *(
        Route("POST", f"/v1/relay/jobs/<id>/{act}", _acting(act), f"{act.capitalize()} recipients", shapes.Job,
              body=shapes.JobAct, problems=_REFUSED)
        for act in ACTS
    ),
    Route("POST", "/v1/relay/route", route, "Where mail would go", shapes.RelayRoute, body=shapes.OneAddress,
          problems=("busy",)),
    Route("POST", "/v1/relay/probe", probe, "Ask a server about an address", shapes.Probe, body=shapes.OneAddress,
          problems=("relay-refused", "busy")),
    Route("POST", "/v1/messages/<id>/release", release, "Send a message on", shapes.Job, Which, body=shapes.Release,
          status=201, problems=("query-error", *_REFUSED)),
)  # fmt: skip
