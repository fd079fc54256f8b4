"""The listeners of one protocol, who is inside, and the way out; what is said is the protocol's."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from mailcatch import model
from mailcatch.connection.connection import FAREWELL, PATIENCE, Connection
from mailcatch.connection.partings import Crowded, Failed, Parting, Stalled, Stopping
from mailcatch.connection.record import Keep
from mailcatch.listen import BACKLOG, Bound
from mailcatch.tls import HandshakeFailed, Tls

log = logging.getLogger(__name__)

GRACE = 2.0
"""Seconds that a running command gets at the end."""

_AT_ONCE = 64
"""Connections accepted before any is served: of a thousand that come and go, those that have gone do not count."""

_BLOCK = 256 << 10  # bytes read at a time, at most


class Talk(Protocol):
    """A protocol, as a door needs it."""

    @property
    def protocol(self) -> model.Protocol:
        """Its name."""

    async def converse(self, connection: Connection) -> None:
        """Hold a dialogue, from the greeting until it is over. Whatever `connection` raises may pass through."""

    def farewell(self, parting: Parting) -> bytes:
        """Return the whole line that tells the client why the dialogue ends; b"" says nothing."""


class Caps(Protocol):
    """How many connections are taken."""

    @property
    def max_connections(self) -> int:
        """At one time."""

    @property
    def max_connections_per_client(self) -> int:
        """The same from one address; 0 is no cap."""

    @property
    def idle_timeout(self) -> float:
        """Seconds of silence that end a connection, until the session says otherwise."""


class Door:
    """What the connections of one protocol share; it lives as long as the door is open."""

    def __init__(self, talk: Talk, keep: Keep, caps: Caps, tls: Tls | None, loop: asyncio.AbstractEventLoop) -> None:
        self.protocol = talk.protocol
        self.keep = keep
        self.loop = loop
        self.buffer = memoryview(bytearray(_BLOCK))
        self.stopping = False
        self.patience = PATIENCE
        self._talk = talk
        self._caps = caps
        self._tls = tls
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._inside = 0
        self._clients: Counter[str] = Counter()

    @property
    def connections(self) -> int:
        """How many are inside, those that are taking leave left out."""
        return self._inside

    def context(self) -> ssl.SSLContext:
        """Return the certificate's context, as it is now."""
        if self._tls is None:
            raise RuntimeError("a listener wants TLS, and there is no certificate")
        return self._tls.context

    def welcome(self, connection: Connection) -> None:
        """Serve a connection, or turn it away."""
        refusal = self._refusal(connection.record.host)
        serving = self._serve(connection) if refusal is None else self._turn_away(connection, refusal)
        task = self.loop.create_task(serving)
        self._tasks[task] = connection
        task.add_done_callback(self._finished)
        connection.begin(task)

    def _refusal(self, host: str) -> Parting | None:
        if self.stopping:
            return Stopping()
        if self._inside >= self._caps.max_connections:
            return Crowded()
        cap = self._caps.max_connections_per_client
        if cap and self._clients[host] >= cap:
            return Crowded("too many connections from you", "refused: too many connections of this client")
        self._inside += 1
        self._clients[host] += 1
        return None

    def _goodbye(self, host: str) -> None:
        self._inside -= 1
        self._clients[host] -= 1
        if not self._clients[host]:
            del self._clients[host]

    async def _turn_away(self, connection: Connection, refusal: Parting) -> None:
        if connection.greets_in_tls:  # the word could not be read before a handshake
            connection.record.end(refusal.outcome)
        else:
            self._take_leave(connection, refusal)
        connection.record.keep()
        await self._close(connection)

    async def _serve(self, connection: Connection) -> None:
        host = connection.record.host
        try:
            await self._converse(connection)
        finally:
            self._goodbye(host)
        await self._close(connection)

    async def _converse(self, connection: Connection) -> None:
        """Hold the dialogue; however it ends, its outcome is known then."""
        record = connection.record
        try:
            connection.expect(self._caps.idle_timeout)
            if connection.greets_in_tls:
                await connection.shake_hands()
            await self._talk.converse(connection)
            record.end(_GONE)
        except Stalled as parting:
            record.end(parting.outcome)
            connection.abort()
        except Parting as parting:
            self._take_leave(connection, parting)
        except HandshakeFailed as failed:
            record.end(str(failed))
            record.keep()
            connection.abort()
        except ConnectionError:
            record.end(_GONE)
        except asyncio.CancelledError:
            record.end(Stopping.outcome)
            connection.abort()
        except Exception:
            log.exception("a dialogue failed", extra={"session": record.session.id})
            self._take_leave(connection, Failed())

    def _take_leave(self, connection: Connection, parting: Parting) -> None:
        word = self._talk.farewell(parting)
        if word:
            connection.write(word)
            connection.record.transcript.server(word.decode("ascii", "replace").rstrip("\r\n"))
        connection.record.end(parting.outcome)

    async def _close(self, connection: Connection) -> None:
        connection.record.close()  # first: the client may take its time to hear the last word
        await connection.close()

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("an unexpected error", exc_info=error)

    async def drain(self) -> None:
        """Take leave of everyone: of the silent at once, of those at work when their command is done, within GRACE."""
        self.stopping = True
        for connection in list(self._tasks.values()):
            connection.stop()
        await self._until_gone(GRACE)
        for connection in list(self._tasks.values()):
            connection.cut_off()
        await self._until_gone(FAREWELL)

    async def _until_gone(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)


@asynccontextmanager
async def opened(
    talk: Talk, bound: Sequence[Bound], keep: Keep, caps: Caps, tls: Tls | None = None
) -> AsyncIterator[Door]:
    """Serve a protocol on listening sockets until the block ends; then drain (G17). `tls` is there if one has it."""
    loop = asyncio.get_running_loop()
    door = Door(talk, keep, caps, tls, loop)
    listeners = [
        await loop.create_server(partial(Connection, door, each.tls), sock=each.socket, backlog=_AT_ONCE)
        for each in bound
    ]
    for each in bound:
        each.socket.listen(BACKLOG)  # the system's queue, which asyncio takes for the same number
    try:
        yield door
    finally:
        for listener in listeners:
            listener.close()
        await door.drain()


_GONE = "the client closed the connection"
