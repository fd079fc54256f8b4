"""The relay's queue: who writes to it. The rules are the relay's; the clock and the limits are put in here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TypeVar

from mailcatch.store.api import Store
from mailcatch.store.relay_api import Act, Caps, Claim, Claims, Job, NewJob, Settled
from mailcatch.trace import TraceEvent

T = TypeVar("T")


class Queue:
    """Every write of the queue; each call may come from any thread, and what it gives resolves when it is durable.

    `changed` is called, in whichever thread that happens, when something may have become due: so that a worker needs
    not look at the queue whenever mail arrives.
    """

    def __init__(self, store: Store, caps: Caps) -> None:
        self._store = store
        self._caps = caps
        self.changed: Callable[[], None] = _nobody

    def enqueue(self, job: NewJob, *, seen: int | None = None) -> Future[Job]:
        """Queue a message; over a limit its recipients are held.

        `seen` is how far auto mode has read the log. The future fails with NotFound or Conflict.
        """
        return self._tell(self._store.relay_enqueue(job, self._caps, seen))

    def follow(self, here: int) -> Future[int]:
        """Return from where in the log auto mode goes on; where it never was, that is `here`."""
        return self._store.relay_follow(here)

    def read_until(self, seq: int | None) -> Future[None]:
        """Keep how far auto mode has read the log; None: forget it."""
        return self._store.relay_seen(seq)

    def claim(self, busy: Sequence[str], limit: int) -> Future[Claims]:
        """Begin attempts for what is due now, for domains that are not busy."""
        return self._store.relay_claim(now(), busy, limit)

    def dot(self, claim: Claim) -> Future[None]:
        """Keep that the end of the message is about to be sent; Conflict: it must not be."""
        return self._store.relay_dot(claim.attempt)

    def trace(self, claim: Claim, events: Sequence[TraceEvent]) -> Future[None]:
        """Keep what happened so far."""
        return self._store.relay_trace(claim.attempt, events)

    def end(self, claim: Claim, settled: Sequence[Settled], verdict: str, events: Sequence[TraceEvent]) -> Future[None]:
        """End an attempt."""
        return self._store.relay_end(claim.attempt, settled, verdict, events, now())

    def act(self, job: str, act: Act, addresses: Sequence[str], *, actor: str) -> Future[Job]:
        """Retry, hold, cancel, bounce or requeue recipients; the future fails with NotFound or Conflict."""
        return self._tell(self._store.relay_act(job, act, addresses, now(), self._caps, actor=actor))

    def recover(self) -> Future[int]:
        """Resume after a restart: what was active is deferred, and due."""
        return self._store.relay_recover(now())

    def pause(self, *, paused: bool, actor: str) -> Future[None]:
        """Pause, or go on."""
        return self._tell(self._store.relay_pause(paused, now(), actor=actor))

    def note(self, actor: str, act: str, data: Mapping[str, object]) -> Future[None]:
        """Keep who did what, where no job shows it."""
        return self._store.relay_note(now(), actor, act, data)

    def _tell(self, future: Future[T]) -> Future[T]:
        future.add_done_callback(lambda done: self.changed())
        return future


def _nobody() -> None:
    pass


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
