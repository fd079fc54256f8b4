"""Jobs for tests of the relay's queue."""

from __future__ import annotations

from mailcatch.inbox.queue import Queue
from mailcatch.relay.control import Control
from mailcatch.relay.policy import Policy
from mailcatch.relay_section import RelaySection
from mailcatch.store.api import Store
from mailcatch.store.relay_api import Caps, Claim, Job, NewJob, NewRecipient, Settled
from mailcatch.trace import RecipientResult, State

NOW = 1_800_000_000_000
CAPS = Caps(20, 200)
DAY = 86_400_000


def new_job(message: str, *addresses: str, state: State = "queued", at: int = NOW) -> NewJob:
    """Make a job for some addresses."""
    recipients = tuple([NewRecipient(each, each, each.rpartition("@")[2], state=state) for each in addresses])
    return NewJob(message, "app@home.test", "release", "relay.allow *.test", at, at + DAY, recipients, actor="tester")


def enqueued(store: Store, message: str, *addresses: str, caps: Caps = CAPS, at: int = NOW) -> Job:
    """Queue a message."""
    return store.relay_enqueue(new_job(message, *addresses, at=at), caps).result(20)


def claimed(store: Store, now: int = NOW, *, busy: tuple[str, ...] = (), limit: int = 4) -> tuple[Claim, ...]:
    """Claim what is due."""
    return store.relay_claim(now, busy, limit).result(20).claims


def ended(store: Store, claim: Claim, state: State = "sent", *, next_at: int | None = None, now: int = NOW) -> None:
    """End an attempt with one state for all."""
    settled = [
        Settled(
            RecipientResult(each.number, each.address, state, 250 if state == "sent" else 451, "2.0.0", "said"), next_at
        )
        for each in claim.recipients
    ]
    store.relay_end(claim.attempt, settled, state, (), now).result(20)


def states(store: Store, job: Job) -> dict[str, State]:
    """Give each recipient's state."""
    return {each.address: each.state for each in store.relay_job(job.id).recipients}


def relay_off(store: Store) -> Control:
    """Give the relay of a process that has none."""
    return Control(store, Queue(store, CAPS), RelaySection(), Policy())
