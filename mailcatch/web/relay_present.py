"""From the relay's values to its shapes."""

from __future__ import annotations

from collections.abc import Iterable

from mailcatch import trace
from mailcatch.control import RelayInfo
from mailcatch.store import relay_api as stored
from mailcatch.web import relay_shapes as shapes
from mailcatch.web.paths import PathEvent
from mailcatch.web.times import rfc3339


def state(value: RelayInfo, cursor: str) -> shapes.RelayState:
    """Return how the relay is set up, and where its queue stands."""
    return shapes.RelayState(
        enabled=value.enabled,
        paused=value.paused,
        mode="auto" if value.mode == "auto" else "manual",
        via="smarthost" if value.via == "smarthost" else "mx",
        profile="real" if value.profile == "real" else "dev",
        counts={str(name): count for name, count in value.counts.items()},
        limits=shapes.RelayLimits(value.per_hour, value.per_day, value.rcpts, value.left_hour, value.left_day),
        allow=list(value.allow),
        deny=list(value.deny),
        redirect_to=value.redirect_to,
        notice=value.notice,
        cursor=cursor,
    )


def job(value: stored.Job) -> shapes.Job:
    """Return a job."""
    return shapes.Job(
        id=value.id,
        message=value.message,
        subject=value.subject,
        sender=value.sender,
        source=value.source,
        rule=value.rule,
        created_at=rfc3339(value.created_at),
        expires_at=rfc3339(value.expires_at),
        recipients=[_recipient(each) for each in value.recipients],
        attempts=[attempt(each) for each in value.attempts],
    )


def _recipient(value: stored.JobRecipient) -> shapes.JobRecipient:
    return shapes.JobRecipient(
        address=value.address,
        original=value.original,
        domain=value.domain,
        state=value.state,
        attempts=value.attempts,
        next_at=_time(value.next_at),
        code=value.code,
        enhanced=value.enhanced,
        text=value.text,
        stage=value.stage,
        mta=value.mta,
        uncertain=value.uncertain,
        bounce=value.bounce,
    )


def attempt(value: stored.AttemptHead) -> shapes.JobAttempt:
    """Return an attempt without its trace."""
    return shapes.JobAttempt(
        value.n, value.domain, rfc3339(value.started_at), _time(value.ended_at), value.phase, value.verdict
    )


def whole(value: stored.WholeAttempt) -> shapes.JobAttemptWhole:
    """Return an attempt with its trace."""
    head = attempt(value.head)
    return shapes.JobAttemptWhole(
        **{name: getattr(head, name) for name in head.__struct_fields__},
        job=value.job,
        message=value.message,
        events=events(value.events),
    )


def events(values: Iterable[trace.TraceEvent]) -> list[PathEvent]:
    """Return a trace."""
    return [PathEvent(each.seq, each.t_ms, each.kind, each.data) for each in values]


def route(value: trace.Route) -> shapes.RelayRoute:
    """Return where mail would go."""
    decision = value.decision
    return shapes.RelayRoute(
        decision=shapes.RouteDecision(decision.asked, decision.address, decision.way, decision.rule),
        domain=value.domain,
        hosts=[_host(each) for each in value.hosts],
        problem=value.problem,
        code=value.code,
        enhanced=value.enhanced,
        events=events(value.events),
    )


def _host(value: trace.RouteHost) -> shapes.RouteHost:
    addresses = [shapes.RouteAddress(each.address, each.port, each.guarded) for each in value.addresses]
    return shapes.RouteHost(value.preference, value.name, addresses, list(value.flags))


def probe(value: trace.ProbeResult) -> shapes.Probe:
    """Return what a server said."""
    said = value.result
    result = None
    if said is not None:
        result = shapes.ProbeReply(said.state, said.code, said.enhanced, said.text, said.stage, said.mta)
    return shapes.Probe(route(value.route), result, value.verdict, events(value.events))


def attempt_text(value: stored.WholeAttempt) -> str:
    """Return an attempt as text, to paste into a ticket."""
    from mailcatch.trace_text import text_of

    head = value.head
    took = "" if head.ended_at is None else f", {(head.ended_at - head.started_at) / 1000:.1f} s"
    title = f"Job {value.job}, attempt {head.n}: {head.domain}, {rfc3339(head.started_at)}{took}\n"
    return f"{title}{text_of(value.events)}{head.verdict or 'under way'}\n"


def _time(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
