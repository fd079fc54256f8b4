"""The steps of a message's way, made from what the store knows: in by SMTP, decided, relayed, fetched, come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mailcatch.address import key_of
from mailcatch.journey import Attempt, Journey, Traveller
from mailcatch.mime.hops import Hop, facts_of
from mailcatch.model import Fetch, Message, Recipient
from mailcatch.trace import TraceEvent, Way

Kind = Literal["received", "stored", "decision", "attempt", "bounce", "fetched", "removed", "hop"]

_REMOVING = frozenset({"DELE", "EXPUNGE"})
_BOUNCES = frozenset({"dsn.made", "return.bounce"})
_AFTERWARDS = frozenset({"return.bounce", "hop"})
"""Kinds that were added to an attempt when it was long over: they are steps of their own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `at` in milliseconds since 1970. `message` is another message that the step is about, its own id None.

    `n` counts the attempts of a job from 1, as `/v1/relay/jobs/{id}/attempts/{n}` does.
    """

    at: int
    kind: Kind
    text: str
    events: tuple[TraceEvent, ...] = ()
    ended_at: int | None = None
    protocol: str | None = None
    account: str | None = None
    act: str | None = None
    client: str | None = None
    session_id: str | None = None
    message: str | None = None
    job: str | None = None
    n: int | None = None
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A message that came back through the world: itself, and who fetched it then."""

    message: Message
    fetches: tuple[Fetch, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """One recipient: where its mail goes by `route`, and in which state it is there ("stored": it stays here)."""

    address: str
    route: Way
    rule: str | None
    state: str
    job: str | None = None
    traveller: Traveller | None = None


def destinations(envelope: Sequence[Recipient], journeys: Sequence[Journey]) -> tuple[Destination, ...]:
    """Return the envelope's recipients, then those to whom the message was released besides; the last job counts."""
    sent: dict[str, Destination] = {}
    for journey in journeys:
        for each in journey.recipients:
            route: Way = "blocked" if each.state == "blocked" else "relay"
            sent[key_of(each.original).key] = Destination(
                each.address, route, journey.rule, each.state, journey.job, each
            )
    found = [sent.pop(key_of(each.address).key, _here(each)) for each in envelope]
    return (*found, *sent.values())


def _here(recipient: Recipient) -> Destination:
    return Destination(recipient.address, recipient.route or "none", recipient.rule, "stored")


def steps_of(
    message: Message, hops: Sequence[Hop], journeys: Sequence[Journey], fetches: Sequence[Fetch], copies: Sequence[Copy]
) -> tuple[Step, ...]:
    """Return the whole way, oldest first; what came before us stands first, whatever its servers' clocks say."""
    arrival = (*_before(message, hops), _received(message), _stored(message), *_decided(message))
    later = [
        *(step for journey in journeys for step in _out(journey)),
        *(_fetched(each) for each in fetches),
        *(step for copy in copies for step in _back(copy, hops_to(copy.message.summary.id, journeys))),
    ]
    return (*arrival, *sorted(later, key=lambda step: step.at))


def returned_in(journeys: Sequence[Journey]) -> tuple[str, ...]:
    """Return the ids of messages that are this one come back: relayed, and delivered here again."""
    found = (
        event.data.get("message")
        for journey in journeys
        for attempt in journey.attempts
        for event in attempt.events
        if event.kind == "hop"
    )
    return tuple(dict.fromkeys(id for id in found if isinstance(id, str)))


# In


def _before(message: Message, hops: Sequence[Hop]) -> Iterator[Step]:
    for number, hop in enumerate(hops, 1):
        event = TraceEvent(number, 0, "hop", facts_of(hop))
        yield Step(hop.at or message.summary.received_at, "hop", _hop_text(event.data), (event,))


def _hop_text(facts: Mapping[str, Any]) -> str:
    said = [f"{name} {facts[name]}" for name in ("from", "by", "with") if facts.get(name)]
    return " ".join(said) or "a server that says nothing of itself"


_HOW = {
    "http": "through the HTTP API",
    "import": "by import",
    "append": "by a mail client, which put it here",
    "bounce": "made here, as a report to its sender",
}


def _received(message: Message) -> Step:
    summary, envelope = message.summary, message.envelope
    who = envelope.helo or envelope.peer
    by = f"by {envelope.protocol}" + (f" from {who}" if who else "") + (" over TLS" if envelope.tls else "")
    return Step(
        summary.received_at,
        "received",
        _HOW.get(message.origin, by),
        protocol=envelope.protocol,
        client=envelope.helo,
        session_id=summary.session_id,
    )


def _stored(message: Message) -> Step:
    summary = message.summary
    return Step(summary.received_at, "stored", f"{summary.size} bytes, as {summary.id}")


def _decided(message: Message) -> Iterator[Step]:
    """Yield what was decided at RCPT, one event for each recipient."""
    decided = [each for each in message.envelope.rcpt_to if each.route is not None]
    if decided:
        events = tuple(
            TraceEvent(number, 0, "route.decision", {"address": each.address, "way": each.route, "rule": each.rule})
            for number, each in enumerate(decided, 1)
        )
        ways = ", ".join(f"{each.address}: {each.route}" for each in decided[:3])
        more = f" and {len(decided) - 3} more" if len(decided) > 3 else ""
        yield Step(message.summary.received_at, "decision", ways + more, events)


# Out


def _out(journey: Journey) -> Iterator[Step]:
    addresses = ", ".join(each.address for each in journey.recipients[:3])
    more = f" and {len(journey.recipients) - 3} more" if len(journey.recipients) > 3 else ""
    how = "released" if journey.source == "release" else "to be relayed"
    rule = f", by {journey.rule}" if journey.rule else ""
    decisions = [_decision(each, journey) for each in journey.recipients]
    events = tuple(TraceEvent(number, 0, "route.decision", facts) for number, facts in enumerate(decisions, 1))
    yield Step(journey.created_at, "decision", f"{how} to {addresses}{more}{rule}", events, job=journey.job)
    for attempt in journey.attempts:
        yield from _tried(journey, attempt)


def _decision(each: Traveller, journey: Journey) -> dict[str, Any]:
    facts = {"address": each.address, "way": "blocked" if each.state == "blocked" else "relay", "rule": journey.rule}
    return facts if each.original == each.address else {**facts, "redirected": each.original}


def _tried(journey: Journey, attempt: Attempt) -> Iterator[Step]:
    during = tuple(event for event in attempt.events if event.kind not in _AFTERWARDS)
    yield Step(
        attempt.started_at,
        "attempt",
        attempt.verdict or ("under way" if attempt.ended_at is None else "ended"),
        during,
        attempt.ended_at,
        job=journey.job,
        n=attempt.n,
        domain=attempt.domain,
    )
    for event in attempt.events:
        if event.kind in _BOUNCES:
            yield _bounced(journey, attempt, event)


def _bounced(journey: Journey, attempt: Attempt, event: TraceEvent) -> Step:
    addresses = event.data.get("addresses") or []
    about = ", ".join(map(str, addresses)) if isinstance(addresses, list) else str(addresses)
    said = "a report came back" if event.kind == "return.bounce" else "a report was made for the sender"
    status = " ".join(str(event.data[name]) for name in ("action", "status", "text") if event.data.get(name))
    text = said + (f" about {about}" if about else "") + (f": {status}" if status else "")
    message = event.data.get("message")
    return Step(
        attempt.started_at + event.t_ms,
        "bounce",
        text,
        (event,),
        message=message if isinstance(message, str) else None,
        job=journey.job,
        n=attempt.n,
        domain=attempt.domain,
    )


def hops_to(copy: str, journeys: Sequence[Journey]) -> tuple[TraceEvent, ...]:
    """Return the hops that a message has made between us and its return as `copy`."""
    return tuple(
        event
        for journey in journeys
        for attempt in journey.attempts
        for event in attempt.events
        if event.kind == "hop" and event.data.get("message") == copy
    )


# Taken, and back again


def _fetched(fetch: Fetch, message: str | None = None) -> Step:
    removed = fetch.act in _REMOVING
    client = f" ({fetch.client})" if fetch.client else ""
    return Step(
        fetch.at,
        "removed" if removed else "fetched",
        f"{fetch.act} by {fetch.protocol} as {fetch.account}{client}",
        protocol=fetch.protocol,
        account=fetch.account,
        act=fetch.act,
        client=fetch.client,
        session_id=fetch.session_id,
        message=message,
    )


def _back(copy: Copy, hops: Sequence[TraceEvent]) -> Iterator[Step]:
    """Yield the hops with the time of the return, so that they stand before it, whatever their servers' clocks say."""
    id = copy.message.summary.id
    came = _received(copy.message)
    for event in hops:
        yield Step(came.at, "hop", _hop_text(event.data), (event,), message=id)
    yield Step(
        came.at,
        "received",
        f"here again, {came.text}",
        protocol=came.protocol,
        client=came.client,
        session_id=came.session_id,
        message=id,
    )
    yield from (_fetched(each, id) for each in copy.fetches)
