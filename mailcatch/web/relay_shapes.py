"""The shapes of the relay: its state, jobs, attempts, and what a route and a probe found."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mailcatch.trace import Stage, State, Way
from mailcatch.web.paths import PathEvent
from mailcatch.web.shapes import Count, CursorText, Shape, Time

Address = Annotated[str, Meta(min_length=3, max_length=320, examples=["ann@example.com"])]


class RelayLimits(Shape, frozen=True):
    """How many messages may go, an hour and a day, and how many of them are left; recipients of one message."""

    per_hour: int
    per_day: int
    rcpts: int
    left_hour: Count
    left_day: Count


class RelayState(Shape, frozen=True):
    """How the relay is set up, and where its queue stands.

    `counts` are recipients by state. `notice` is what whoever sends for the first time should know, null later.
    """

    enabled: bool
    paused: bool
    mode: Literal["manual", "auto"]
    via: Literal["mx", "smarthost"]
    profile: Literal["dev", "real"]
    counts: dict[str, int]
    limits: RelayLimits
    allow: list[str]
    deny: list[str]
    redirect_to: str | None
    notice: str | None
    cursor: CursorText


class RelayPut(Struct, frozen=True, forbid_unknown_fields=True):
    """Pause the relay, or let it go on; kept over restarts."""

    paused: bool


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    """To whom a message shall go."""

    to: Annotated[list[Address], Meta(min_length=1, max_length=1000)]


class JobAct(Struct, frozen=True, forbid_unknown_fields=True):
    """Which recipients an act is about; none named: all of the job."""

    to: Annotated[list[Address], Meta(max_length=1000)] = []


class OneAddress(Struct, frozen=True, forbid_unknown_fields=True):
    """An address to ask about."""

    address: Address


class JobRecipient(Shape, frozen=True):
    """One recipient of a job, and the reply that decided so far. `bounce` is the message that says it did not come."""

    address: str
    original: str
    domain: str
    state: State
    attempts: Count
    next_at: Time | None
    code: int | None
    enhanced: str | None
    text: str | None
    stage: Stage | None
    mta: str | None
    uncertain: bool
    bounce: str | None


class JobAttempt(Shape, frozen=True):
    """An attempt without its trace; `n` counts the job's from 1. `phase` is `dot` while its end is being sent."""

    n: int
    domain: str
    started_at: Time
    ended_at: Time | None
    phase: Literal["start", "dot", "end"]
    verdict: str | None


class Job(Shape, frozen=True):
    """A message on its way; `rule` says what allowed it, `source` who wanted it."""

    id: str
    message: str | None
    subject: str
    sender: str
    source: Literal["auto", "release", "probe"]
    rule: str | None
    created_at: Time
    expires_at: Time
    recipients: list[JobRecipient]
    attempts: list[JobAttempt]


class JobPage(Shape, frozen=True):
    """Jobs, newest first."""

    jobs: list[Job]
    before: str | None
    cursor: CursorText


class JobAttemptWhole(JobAttempt, frozen=True, kw_only=True):
    """An attempt with its trace, complete once it has ended."""

    job: str
    message: str | None
    events: list[PathEvent]


class RouteDecision(Shape, frozen=True):
    """What the policy says of an address, and by which rule; `address` is the final one, after redirection."""

    asked: str
    address: str
    way: Way
    rule: str


class RouteAddress(Shape, frozen=True):
    """An address of a host; `guarded` says why it must not be connected to."""

    address: str
    port: int
    guarded: str | None


class RouteHost(Shape, frozen=True):
    """A host that takes mail for a domain; `flags` are kinds of events that say what is odd about it."""

    preference: int
    name: str
    addresses: list[RouteAddress]
    flags: list[str]


class RelayRoute(Shape, frozen=True):
    """Where mail for an address would go. `problem` says why it goes nowhere."""

    decision: RouteDecision
    domain: str
    hosts: list[RouteHost]
    problem: str | None
    code: int | None
    enhanced: str | None
    events: list[PathEvent]


class ProbeReply(Shape, frozen=True):
    """How the server answered for the address: `queued` would be taken."""

    state: State
    code: int | None
    enhanced: str | None
    text: str
    stage: Stage | None
    mta: str | None


class Probe(Shape, frozen=True):
    """What an address's server says to its name, without a message."""

    route: RelayRoute
    result: ProbeReply | None
    verdict: str
    events: list[PathEvent]
