"""The SMTP door: its listeners, who is inside, and the way out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mailcatch.config import SmtpSection
from mailcatch.inbox import Inbox
from mailcatch.listen import BACKLOG
from mailcatch.smtp.dialogue import Rules
from mailcatch.smtp.returns import Returns
from mailcatch.smtp.server import Server

GRACE = 3.0
"""Seconds that a running DATA gets at the end (G17)."""

_AT_ONCE = 64
"""Connections accepted before any is served: of a thousand that come and go, those that have gone do not count."""

_BLOCK = 256 << 10  # bytes read at a time, at most

_FAREWELL = 0.5  # seconds in which closed connections may go


class Door:
    """What all connections share; it lives as long as the door is open."""

    def __init__(self, inbox: Inbox, section: SmtpSection, hostname: str, loop: asyncio.AbstractEventLoop) -> None:
        self.inbox = inbox
        self.loop = loop
        self.rules = Rules(hostname, section, inbox.check_room)
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

    async def drain(self) -> None:
        """Take leave of everyone: idle ones at once, a running DATA within GRACE."""
        self.stopping = True
        for server in list(self._servers):
            server.stop()
        await self._until_gone(GRACE, only_busy=True)
        for server in list(self._servers):
            server.cut_off()
        await self._until_gone(_FAREWELL, only_busy=False)

    async def _until_gone(self, seconds: float, *, only_busy: bool) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(server.busy or not only_busy for server in self._servers):
                    self._left.clear()
                    await self._left.wait()


@asynccontextmanager
async def serve(
    inbox: Inbox, sockets: Sequence[socket.socket], section: SmtpSection, *, hostname: str = "mailcatch"
) -> AsyncIterator[Door]:
    """Serve SMTP on listening sockets until the block ends; then drain (G17)."""
    loop = asyncio.get_running_loop()
    door = Door(inbox, section, hostname, loop)
    listeners = [await loop.create_server(lambda: Server(door), sock=sock, backlog=_AT_ONCE) for sock in sockets]
    for sock in sockets:
        sock.listen(BACKLOG)  # the system's queue, which asyncio takes for the same number
    try:
        yield door
    finally:
        for listener in listeners:
            listener.close()
        await door.drain()
