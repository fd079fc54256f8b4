"""The IMAP door: what its sessions share, and the dialogue of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from mailcatch import model
from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import ImapSection
from mailcatch.connection.connection import Connection
from mailcatch.connection.door import Door, opened
from mailcatch.connection.partings import Parting
from mailcatch.imap import answers
from mailcatch.imap.following import Following
from mailcatch.imap.session import Reader, Services, Session
from mailcatch.imap.wire import Wire
from mailcatch.inbox import Inbox
from mailcatch.listen import Bound
from mailcatch.tls import Tls

T = TypeVar("T")

THREADS = 3
"""Readings at one time: one that takes long must not keep the others waiting."""


class Imap:
    """IMAP, as a door speaks it."""

    protocol: model.Protocol = "IMAP"

    def __init__(self, services: Services) -> None:
        self._services = services

    async def converse(self, connection: Connection) -> None:
        """Hold one dialogue."""
        session = Session(self._services, Wire(connection, self._services.section.idle_timeout))
        await session.run()

    def farewell(self, parting: Parting) -> bytes:
        """Return BYE."""
        return answers.untagged("BYE", parting.text)


@asynccontextmanager
async def serve(
    reader: Reader,
    inbox: Inbox,
    bus: Bus,
    bound: Sequence[Bound],
    section: ImapSection,
    *,
    authority: Authority,
    tls: Tls | None = None,
) -> AsyncIterator[Door]:
    """Serve IMAP on listening sockets until the block ends; then drain (G17)."""
    loop = asyncio.get_running_loop()
    threads, push = ThreadPoolExecutor(THREADS, "imap"), ThreadPoolExecutor(1, "imap-push")

    async def run(call: Callable[[], T]) -> T:
        return await loop.run_in_executor(threads, call)

    async def run_push(call: Callable[[], T]) -> T:
        return await loop.run_in_executor(push, call)

    following = Following(reader, bus, run_push)
    services = Services(reader, inbox, bus, authority, following, section, run)
    try:
        async with asyncio.TaskGroup() as tasks:
            following_it = tasks.create_task(following.run())
            async with opened(Imap(services), bound, inbox.record, section, tls) as door:
                yield door
            following_it.cancel()
    finally:
        for each in (threads, push):
            each.shutdown(wait=False, cancel_futures=True)
