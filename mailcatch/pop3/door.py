"""The POP3 door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from mailcatch import model
from mailcatch.auth import Authority
from mailcatch.config import Pop3Section
from mailcatch.connection.connection import Connection
from mailcatch.connection.door import Door, opened
from mailcatch.connection.partings import Parting, TimedOut
from mailcatch.inbox import Inbox
from mailcatch.listen import Bound
from mailcatch.pop3 import authorization, transaction  # noqa: F401 - they register their commands
from mailcatch.pop3.replies import error
from mailcatch.pop3.session import Reads, Services, Session
from mailcatch.tls import Tls

READERS = 4
"""Threads that read from the store."""


class Pop3:
    """The protocol, as a door talks it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def protocol(self) -> model.Protocol:
        """Its name."""
        return "POP3"

    async def converse(self, connection: Connection) -> None:
        """Hold a dialogue."""
        await Session(self._services, connection).run()

    def farewell(self, parting: Parting) -> bytes:
        """Say why it ends; to a silent client nothing, as RFC 1939 §3 has it."""
        return b"" if isinstance(parting, TimedOut) else f"{error(parting.text, 'SYS/TEMP')}\r\n".encode("ascii")


@asynccontextmanager
async def serve(
    store: Reads,
    inbox: Inbox,
    bound: Sequence[Bound],
    section: Pop3Section,
    authority: Authority,
    *,
    tls: Tls | None = None,
) -> AsyncIterator[Door]:
    """Serve POP3 on listening sockets until the block ends (G17). `tls` is there if one of them has it."""
    with ThreadPoolExecutor(READERS, "pop3") as threads:
        talk = Pop3(Services(store, inbox, authority, section, threads))
        async with opened(talk, bound, inbox.record, section, tls) as door:
            yield door
