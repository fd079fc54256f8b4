"""The relay of one process: its rules, what the web may ask of it, and its worker while it runs.

With the relay off there are the rules, which allow nothing, and the control, which says so. What asks the DNS, connects
or follows the log is imported and made only where it is on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.inbox.queue import Queue
from mailcatch.model import Listener
from mailcatch.recipients import Placed
from mailcatch.recipients import Relay as Placing
from mailcatch.relay.auto import Auto
from mailcatch.relay.control import Control
from mailcatch.relay.policy import Policy
from mailcatch.relay.rules import helo_of, settings_of
from mailcatch.relay.schedule import PROFILES
from mailcatch.relay_section import RelaySection
from mailcatch.store.api import Store
from mailcatch.store.relay_api import Caps

if TYPE_CHECKING:
    from mailcatch.relay.returns import ReturnsFollower


class Relay:
    """The relay before it runs. Raises ConfigError for what cannot be used; made in the event loop."""

    def __init__(  # noqa: PLR0917 - the parts, in the order they are made
        self, store: Store, inbox: Inbox, bus: Bus, section: RelaySection, policy: Policy, listeners: Sequence[Listener]
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._bus = bus
        self._section = section
        self._policy = policy
        self._queue = Queue(store, Caps(section.limit_per_hour, section.limit_per_day))
        self._settings = settings_of(section, policy, listeners) if section.enabled else None
        asking = None
        if self._settings is not None:
            from mailcatch.relay.asking import Asking

            asking = Asking(self._settings)
        self.control = Control(store, self._queue, section, policy, asking)

        self._local = bool(policy.local_domains)
        self._returns: ReturnsFollower | None = None

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Work until the context ends; gives what waits for the worker's own end, which is a failure.

        Only where the relay is on.
        """
        from mailcatch.relay.returns import ReturnsFollower

        self._returns = ReturnsFollower(self._store, self._inbox, self._bus, helo_of(self._section), local=self._local)
        self._returns.start()
        working = asyncio.ensure_future(self._work())
        try:
            yield lambda: asyncio.shield(working)
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work(self) -> None:
        from mailcatch.relay.worker import Setup, Worker

        assert self._settings is not None  # noqa: S101 - only where the relay is on
        schedule = PROFILES[self._section.profile]
        setup = Setup(self._settings, schedule, self._section.limit_hops)
        worker = Worker(self._store, self._inbox, self._queue, setup)
        if self._section.mode != "auto":
            self.rest()
            await worker.run()
            return
        rcpts = self._section.limit_rcpts
        auto = Auto(self._store, self._queue, self._bus, self._policy, schedule, rcpts)
        await auto.begin()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run())
            tasks.create_task(auto.run())

    def rest(self) -> None:
        """Forget how far auto mode has read: what comes while it is off never goes by itself later."""
        self._queue.read_until(None)

    def close(self) -> None:
        """End what follows the log; the bus must be closed before."""
        if self._returns is not None:
            self._returns.close()


def place(policy: Policy, mode: str) -> Placing:
    """Return what the SMTP door is told of an address that is not local (`recipients.Relay`)."""

    def placed(sender: str, address: str) -> Placed:
        decision = policy.decide(address)
        if decision.way == "relay" and mode == "manual":
            return Placed("none", f"{decision.rule}: when somebody releases it")
        return Placed(decision.way, decision.rule)

    return placed
