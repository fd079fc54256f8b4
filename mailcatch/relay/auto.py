"""Auto mode: a follower of the log that queues what arrives for whoever is on the allow-list.

How far it has read is kept with what it queues, so that a mail goes on once; what came before auto mode was switched
on never does.
"""

from __future__ import annotations

import asyncio
import logging

from mailcatch.bus import Bus
from mailcatch.errors import Conflict, MailcatchError, NotFound
from mailcatch.inbox.queue import Queue, now
from mailcatch.model import Event
from mailcatch.relay.jobs import automatic
from mailcatch.relay.policy import Policy
from mailcatch.relay.schedule import Schedule
from mailcatch.store.api import Log, Store

logger = logging.getLogger(__name__)

_PAGE = 500
_FAILED = 5.0  # seconds until the next try after the database could not


class Auto:
    """Follows `added` events while it runs."""

    def __init__(  # noqa: PLR0917 - the parts, in their order
        self, store: Store, queue: Queue, bus: Bus, policy: Policy, schedule: Schedule, most: int
    ) -> None:
        self._store = store
        self._queue = queue
        self._bus = bus
        self._policy = policy
        self._schedule = schedule
        self._most = most
        self._seq = 0
        self._kept = 0

    async def begin(self) -> None:
        """Take up where it was; where it never was, with what comes from now on."""
        self._kept = self._seq = await asyncio.wrap_future(self._queue.follow(self._store.cursor().seq))

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while not self._bus.closed:
                try:
                    await self._catch_up()
                    await self._bus.changed(self._seq)
                except MailcatchError as error:
                    logger.warning("what arrived could not be queued: %s", error)
                    await asyncio.sleep(_FAILED)
        finally:
            await self._keep()

    async def _catch_up(self) -> None:
        while True:
            page: Log = await asyncio.to_thread(self._store.events, self._seq, _PAGE)
            for event in page.events:
                if self._concerns(event):
                    await self._queue_message(event)
                self._seq = event.seq
            if not page.events:
                self._seq = max(self._seq, page.seq)
                return
            if self._seq - self._kept > _PAGE * 10:
                await self._keep()

    def _concerns(self, event: Event) -> bool:
        return (
            event.kind == "added"
            and event.summary is not None
            and any(self._policy.decide(each).way == "relay" for each in event.summary.rcpt_to)
        )

    async def _queue_message(self, event: Event) -> None:
        try:
            message = await asyncio.to_thread(self._store.message, str(event.id))
            job = automatic(message, self._policy, self._schedule, self._most, now())
            if job is not None:
                await asyncio.wrap_future(self._queue.enqueue(job, seen=event.seq))
        except (NotFound, Conflict):
            pass  # it was deleted meanwhile, or never leaves

    async def _keep(self) -> None:
        self._kept = self._seq
        await asyncio.wrap_future(self._queue.read_until(self._seq))
