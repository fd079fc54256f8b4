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
from mailcatch.smtp.returns import Returns
from mailcatch.smtp.server import Server

GRACE = 3.0
"""Seconds that a running DATA gets at the end (G17)."""


class Door:
    """What all connections share; it lives as long as the door is open."""

    def __init__(self, inbox: Inbox, section: SmtpSection, hostname: str, loop: asyncio.AbstractEventLoop) -> None:
        self.inbox = inbox
        self.section = section
        self.hostname = hostname
        self.loop = loop
        self.returns = Returns(loop)
        self.stopping = False
        self.extensions = (
            hostname,
            "PIPELINING",
            f"SIZE {section.max_message_size}",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            "AUTH PLAIN LOGIN",
            "HELP",
        )
        self._servers: set[Server] = set()
        self._clients: Counter[str] = Counter()
        self._hosts: dict[Server, str] = {}
        self._left = asyncio.Event()

    def welcome(self, server: Server, peer: str) -> str | None:
        """Count a connection in; return why it must go, or None."""
        host = peer.rpartition(":")[0]
        if len(self._servers) >= self.section.max_connections:
            return "too many connections"
        cap = self.section.max_connections_per_client
        if cap and self._clients[host] >= cap:
            return "too many connections from you"
        self._servers.add(server)
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
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                while any(server.busy for server in self._servers):
                    self._left.clear()
                    await self._left.wait()
        for server in list(self._servers):
            if server.transport is not None:
                server.transport.abort()


@asynccontextmanager
async def serve(
    inbox: Inbox, sockets: Sequence[socket.socket], section: SmtpSection, *, hostname: str = "mailcatch"
) -> AsyncIterator[Door]:
    """Serve SMTP on listening sockets until the block ends; then drain (G17)."""
    loop = asyncio.get_running_loop()
    door = Door(inbox, section, hostname, loop)
    listeners = [await loop.create_server(lambda: Server(door), sock=sock, backlog=1024) for sock in sockets]
    try:
        yield door
    finally:
        for listener in listeners:
            listener.close()
        await door.drain()
