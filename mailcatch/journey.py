"""What became of one message on its way out: its jobs, as the path of a message shows them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mailcatch.trace import RecipientResult, TraceEvent


class Traveller(Struct, frozen=True):
    """One recipient of a job. `original` is who the mail was for, `bounce` the message that says it did not come."""

    address: str
    original: str
    state: str
    code: int | None
    enhanced: str | None
    text: str | None
    stage: str | None
    mta: str | None
    attempts: int
    next_at: int | None
    uncertain: bool
    bounce: str | None


class Attempt(Struct, frozen=True):
    """One attempt, counted from 1 within its job; times are milliseconds since 1970, `ended_at` None while it runs."""

    n: int
    domain: str
    started_at: int
    ended_at: int | None
    verdict: str | None
    events: tuple[TraceEvent, ...]


class Journey(Struct, frozen=True):
    """One job of a message, with its recipients and attempts, oldest first."""

    job: str
    source: Literal["auto", "release"]
    rule: str | None
    created_at: int
    recipients: tuple[Traveller, ...]
    attempts: tuple[Attempt, ...]


class Sent(Struct, frozen=True):
    """A recipient to whom we have sent a message; numbers are the store's own."""

    recipient: int
    address: str
    original: str
    job: str
    message: str


class Return(Struct, frozen=True):
    """What came of a message: a report about one recipient, made here or come back, or the message itself, come back.

    `message` is the id of the report, or of the message as it came back with the hops it has made; `kind` and the facts
    of `data` are those of a trace (`trace.KINDS`). `result` is what a server said later of a mail that was sent: it
    becomes the recipient's.
    """

    recipient: int
    message: str
    kind: Literal["dsn.made", "return.bounce", "hop"]
    data: dict[str, object]
    result: RecipientResult | None = None
