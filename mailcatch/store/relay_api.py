"""The relay's queue, as the store keeps it: jobs, their recipients, attempts with their traces, limits, audit, pause.

A *job* is one message on its way, for its recipients. What is due is *claimed*, domain by domain; an attempt is begun
by that, is told when the final dot is about to be sent (durable before it is), and ends with a result for each
recipient. Times are milliseconds since 1970. Reads return values, writes Futures that resolve when it is durable; each
change of a job writes a `path` event of its message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Literal, Protocol

from msgspec import Struct

from mailcatch.trace import OrderRecipient, RecipientResult, Stage, State, TraceEvent

Source = Literal["auto", "release", "probe"]
Phase = Literal["start", "dot", "end"]
Act = Literal["retry", "hold", "cancel", "bounce", "requeue"]
ACTS: tuple[Act, ...] = ("retry", "hold", "cancel", "bounce", "requeue")


class NewRecipient(Struct, frozen=True):
    """A recipient of a new job: the final address, the one that was asked for, and its domain as DNS is asked.

    `state` is `queued`, or `held` or `blocked` with the reason as `text`.
    """

    address: str
    original: str
    domain: str
    notify: str | None = None
    orcpt: str | None = None
    state: State = "queued"
    text: str | None = None


class NewJob(Struct, frozen=True):
    """A message to be queued. `message` is its id, `actor` who asked for it, `audit` what is kept of that."""

    message: str
    sender: str
    source: Source
    rule: str | None
    created_at: int
    expires_at: int
    recipients: tuple[NewRecipient, ...]
    ret: str | None = None
    envid: str | None = None
    actor: str = "auto"


class Caps(Struct, frozen=True):
    """How many messages may go, an hour and a day; what is beyond is held."""

    per_hour: int
    per_day: int


class JobRecipient(Struct, frozen=True):
    """One recipient and how it stands. `bounce` is the id of the report about it."""

    number: int
    address: str
    original: str
    domain: str
    state: State
    attempts: int
    next_at: int | None
    code: int | None
    enhanced: str | None
    text: str | None
    stage: Stage | None
    mta: str | None
    uncertain: bool
    notify: str | None
    orcpt: str | None
    bounce: str | None


class AttemptHead(Struct, frozen=True):
    """An attempt without its trace; `n` counts the job's attempts from 1. `ended_at` None: it is under way."""

    n: int
    domain: str
    started_at: int
    ended_at: int | None
    phase: Phase
    verdict: str | None


class Job(Struct, frozen=True):
    """One message on its way."""

    number: int
    id: str
    message: str | None
    subject: str
    sender: str
    source: Source
    rule: str | None
    ret: str | None
    envid: str | None
    created_at: int
    expires_at: int
    recipients: tuple[JobRecipient, ...]
    attempts: tuple[AttemptHead, ...]


class JobPage(Struct, frozen=True):
    """Jobs, newest first; `before` is the number to ask on from."""

    jobs: tuple[Job, ...]
    before: int | None
    seq: int


class WholeAttempt(Struct, frozen=True):
    """One attempt with its trace."""

    job: str
    message: str | None
    head: AttemptHead
    events: tuple[TraceEvent, ...]


class Claim(Struct, frozen=True):
    """What is to be tried now: recipients of one job in one domain. `attempt` is the number of the attempt's row.

    `tries` is how often the most tried of them has been tried, this time included. `plain_allowed`: a TLS handshake
    failed in the attempt before.
    """

    attempt: int
    n: int
    job: str
    message: str
    sender: str
    source: Source
    domain: str
    recipients: tuple[OrderRecipient, ...]
    tries: int
    created_at: int
    expires_at: int
    ret: str | None = None
    envid: str | None = None
    plain_allowed: bool = False


class Claims(Struct, frozen=True):
    """What was claimed, and when the next recipient is due (None: nobody waits for a time)."""

    claims: tuple[Claim, ...]
    next_at: int | None


class Settled(Struct, frozen=True):
    """A recipient's result at the end of an attempt; a deferred one has the time of the next."""

    result: RecipientResult
    next_at: int | None = None


class RelayState(Struct, frozen=True):
    """Where the queue stands. `hour` and `day` are how many messages were let go in them."""

    paused: bool
    counts: Mapping[State, int]
    hour: int
    day: int
    seq: int


class Audited(Struct, frozen=True):
    """One row of the audit: who did what."""

    at: int
    actor: str
    act: str
    data: Mapping[str, object]


class RelayReader(Protocol):
    """What is read of the queue."""

    def relay_state(self, now: int) -> RelayState:
        """Return where the queue stands."""

    def relay_paused(self) -> bool:
        """Return whether the relay is paused."""

    def relay_has_left(self) -> bool:
        """Return whether any message may have left, of those that are still kept: only then can one come back."""

    def relay_jobs(self, *, state: State | None = None, limit: int = 50, before: int | None = None) -> JobPage:
        """Return jobs, newest first; with `state`, those that have a recipient in it."""

    def relay_job(self, id: str) -> Job:
        """Return one job. Raises NotFound."""

    def relay_jobs_of(self, message: str) -> tuple[Job, ...]:
        """Return the jobs of a message, oldest first; none if the message is not there."""

    def relay_attempt(self, job: str, n: int) -> WholeAttempt:
        """Return an attempt with its trace. Raises NotFound."""

    def relay_audit(self, limit: int = 100) -> tuple[Audited, ...]:
        """Return who did what, newest first."""


class RelayStore(RelayReader, Protocol):
    """The whole queue; only `inbox.queue` calls the writes."""

    def relay_enqueue(self, job: NewJob, caps: Caps, seen: int | None = None) -> Future[Job]:
        """Queue a message; over the caps its recipients are held. `seen` is how far auto mode has read the log.

        The future fails with NotFound (no such message) or Conflict (it was appended, or is a report made here).
        """

    def relay_follow(self, here: int) -> Future[int]:
        """Return from where in the log auto mode goes on; where it never was, that is `here`."""

    def relay_seen(self, seq: int | None) -> Future[None]:
        """Keep how far auto mode has read the log, at least; None: forget it."""

    def relay_claim(self, now: int, busy: Sequence[str], limit: int) -> Future[Claims]:
        """Begin attempts for what is due, one for a domain, at most `limit`, and none for a domain that is `busy`.

        While paused nothing is claimed.
        """

    def relay_dot(self, attempt: int) -> Future[None]:
        """Keep that the end of the message is about to be sent.

        Fails with Conflict if a recipient was cancelled or held meanwhile: then it must not be sent.
        """

    def relay_trace(self, attempt: int, events: Sequence[TraceEvent]) -> Future[None]:
        """Add to an attempt's trace; events that are there already are left as they are."""

    def relay_end(self, attempt: int, settled: Sequence[Settled], verdict: str, events: Sequence[TraceEvent],
                  now: int) -> Future[None]:  # fmt: skip
        """End an attempt: results of those recipients that nobody took out of it, and the rest of the trace."""

    def relay_act(
        self, job: str, act: Act, addresses: Sequence[str], now: int, caps: Caps, *, actor: str
    ) -> Future[Job]:
        """Do something with a job's recipients, all or those named, as far as their states allow; one audit row.

        The future fails with NotFound, or Conflict if no recipient is in a state for that.
        """

    def relay_recover(self, now: int) -> Future[int]:
        """Make what was active at the end of another process deferred, uncertain after the dot; return how many."""

    def relay_pause(self, paused: bool, now: int, *, actor: str) -> Future[None]:
        """Pause, or go on; kept over restarts, with an audit row if it changes anything."""

    def relay_note(self, now: int, actor: str, act: str, data: Mapping[str, object]) -> Future[None]:
        """Keep an audit row of its own, as for a probe."""
