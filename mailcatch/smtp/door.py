"""The SMTP door: its listeners, who is inside, and the way out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial

from mailcatch.auth import Authority
from mailcatch.config import SmtpSection
from mailcatch.inbox import Inbox
from mailcatch.listen import BACKLOG, Bound
from mailcatch.recipients import Recipients
from mailcatch.smtp.dialogue import Rules
from mailcatch.smtp.returns import Returns
from mailcatch.smtp.server import Server
from mailcatch.tls import Tls

log = logging.getLogger(__name__)

GRACE = 3.0
"""Seconds that a running DATA gets at the end (G17)."""

_AT_ONCE = 64
"""Connections accepted before any is served: of a thousand that come and go, those that have gone do not count."""

_BLOCK = 256 << 10  # bytes read at a time, at most

_FAREWELL = 0.5  # seconds in which closed connections may go


class Door:
    """What all connections share; it lives as long as the door is open."""

    def __init__(self, inbox: Inbox, rules: Rules, tls: Tls | None, loop: asyncio.AbstractEventLoop) -> None:
        self.inbox = inbox
        self.loop = loop
        self.rules = rules
        self.tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.returns = Returns(loop)
        self.buffer = memoryview(bytearray(_BLOCK))
        self.stopping = False
        self._servers: set[Server] = set()  # every one, also those that are being turned away
        self._hosts: dict[Server, str] = {}  # the welcome ones
        self._clients: Counter[str] = Counter()
        self._left = asyncio.Event()

    def welcome(self, server: Server, peer: str) -> tuple[str, str] | None:
        """Count a connection in; return the reply and the outcome with which it must go, or None."""
        self._servers.add(server)
        section, host = self.rules.section, peer.rpartition(":")[0]
        if self.stopping:
            return "421 4.3.2 mailcatch is stopping", "mailcatch stopped"
        if len(self._hosts) >= section.max_connections:
            return "421 4.7.0 too many connections", "refused: too many connections"
        cap = section.max_connections_per_client
        if cap and self._clients[host] >= cap:
            return "421 4.7.0 too many connections from you", "refused: too many connections of this client"
        self._hosts[server] = host
        self._clients[host] += 1
        return None

    def goodbye(self, server: Server) -> None:
        """Count a connection out."""
        self._servers.discard(server)
        host = self._hosts.pop(server, None)
        if host is not None:
            self._clients[host] -= 1
            if not self._clients[host]:
                del self._clients[host]
        self._left.set()

    def context(self) -> ssl.SSLContext:
        """Return the certificate's context, as it is now."""
        if self.tls is None:
            raise RuntimeError("a listener wants TLS, and there is no certificate")
        return self.tls.context

    def start(self, waiting: Coroutine[None, None, None]) -> None:
        """Run what a connection waits for: a handshake, a password. Its error is told, and is that connection's end."""
        task = self.loop.create_task(waiting)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an unexpected error", exc_info=error)

    async def drain(self) -> None:
        """Take leave of everyone: idle ones at once, a running DATA within GRACE."""
        self.stopping = True
        for server in list(self._servers):
            server.stop()
        await self._until_gone(GRACE, only_busy=True)
        for server in list(self._servers):
            server.cut_off()
        await self._until_gone(_FAREWELL, only_busy=False)
        for task in list(self._tasks):
            task.cancel()

    async def _until_gone(self, seconds: float, *, only_busy: bool) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(server.busy or not only_busy for server in self._servers):
                    self._left.clear()
                    await self._left.wait()


@asynccontextmanager
async def serve(
    inbox: Inbox,
    bound: Sequence[Bound],
    section: SmtpSection,
    authority: Authority,
    tls: Tls | None = None,
    *,
    recipients: Recipients | None = None,
    offers_dsn: bool = False,
    hostname: str = "mailcatch",
) -> AsyncIterator[Door]:
    """Serve SMTP on listening sockets until the block ends; then drain (G17). `tls` is there if one of them has it.

    `recipients` decides on each RCPT; `offers_dsn` goes with relay.
    """
    loop = asyncio.get_running_loop()
    rules = Rules(hostname, section, inbox.check_room, authority, recipients, offers_dsn=offers_dsn)
    door = Door(inbox, rules, tls, loop)
    listeners = [
        await loop.create_server(partial(Server, door, each.tls), sock=each.socket, backlog=_AT_ONCE) for each in bound
    ]
    for each in bound:
        each.socket.listen(BACKLOG)  # the system's queue, which asyncio takes for the same number
    try:
        yield door
    finally:
        for listener in listeners:
            listener.close()
        await door.drain()
