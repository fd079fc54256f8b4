"""The HTTP door: assembles the web, and starts and stops it as one async context."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from socket import socket

from mailcatch.bus import Bus
from mailcatch.config import HttpSection
from mailcatch.control import Info, RelayControl
from mailcatch.inbox import Inbox
from mailcatch.inbox.waiting import Waiting
from mailcatch.store.api import Reader
from mailcatch.web.application import make
from mailcatch.web.middleware import Guard
from mailcatch.web.server import Server
from mailcatch.web.site import Site
from mailcatch.web.static import Static


class Door:
    """The running web."""

    def __init__(self, site: Site, server: Server) -> None:
        self.site = site
        self.server = server

    async def ended(self) -> None:
        """Return when no connections are accepted any more. Raises what went wrong, if that was the reason."""
        await asyncio.shield(asyncio.wrap_future(self.server.ended))  # whoever gives up waiting must not cancel it


@asynccontextmanager
async def serve(  # noqa: PLR0917 - the parts, in the order they are made
    store: Reader,
    inbox: Inbox,
    bus: Bus,
    info: Callable[[], Info],
    sockets: Sequence[socket],
    section: HttpSection,
    relay: RelayControl,
) -> AsyncIterator[Door]:
    """Serve on `sockets` (bound and listening) until the context ends.

    The end takes up to about four seconds: live connections are told to go, requests under way may finish, new ones
    are answered 503 `stopping`.
    """
    waiting = Waiting(store, bus)
    site = Site(store=store, inbox=inbox, info=info, section=section, waiting=waiting, relay=relay)
    guard = Guard(make(site, Static(section.webroot)), section.webroot, section.allow_hosts)
    server = Server(sockets, guard, max_connections=section.max_connections)
    site.hub.start(bus)
    server.start()
    try:
        yield Door(site, server)
    finally:
        site.stopping.set_result(None)
        site.hub.close()
        waiting.close()
        await asyncio.to_thread(server.stop)
