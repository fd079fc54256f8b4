"""A door of mailcatch.connection in a thread, with a protocol made for a test."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailcatch import model
from mailcatch.config import Bind, Pop3Section
from mailcatch.connection.connection import Connection
from mailcatch.connection.door import Door, opened
from mailcatch.connection.partings import Parting
from mailcatch.listen import Bound, bind
from mailcatch.tls import Tls

LOOP: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
"""Makes the loop that a door runs on."""

Converse = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True)
class Talk:
    """A protocol whose dialogue is one coroutine function."""

    dialogue: Converse

    @property
    def protocol(self) -> model.Protocol:
        """Its name."""
        return "POP3"

    async def converse(self, connection: Connection) -> None:
        """Hold the dialogue."""
        await self.dialogue(connection)

    def farewell(self, parting: Parting) -> bytes:
        """Say why it ends."""
        return f"BYE {parting.text}\r\n".encode()


@dataclass
class Talking:
    """The open door, and the sessions that it kept, as they come."""

    door: Door
    loop: asyncio.AbstractEventLoop
    address: tuple[str, int]
    stop: Callable[[], None]
    kept: queue.Queue[model.Session] = field(default_factory=queue.Queue)

    def connect(self) -> socket.socket:
        """Connect a client."""
        return socket.create_connection(self.address, 10)

    def ended(self) -> model.Session:
        """Wait for the next session that is kept as ended."""
        while True:
            session = self.kept.get(timeout=10)
            if session.ended_at is not None:
                return session


@contextmanager
def talking(
    dialogue: Converse,
    caps: Pop3Section | None = None,
    *,
    tls: Tls | None = None,
    protection: model.Protection = "none",
    patience: float | None = None,
) -> Iterator[Talking]:
    """Run a door for the length of a block; `patience` is that with a client that reads nothing, in seconds."""
    sockets = bind([Bind("127.0.0.1", 0)], "localhost")
    ready, leave = threading.Event(), asyncio.Event()
    box: list[Talking] = []
    kept: queue.Queue[model.Session] = queue.Queue()

    def keep(session: model.Session) -> Future[None]:
        kept.put(session)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with opened(Talk(dialogue), _bound(sockets, protection), keep, caps or Pop3Section(), tls) as door:
            door.patience = patience or door.patience
            host, port = sockets[0].getsockname()[:2]
            box.append(Talking(door, loop, (host, port), stop, kept))
            ready.set()
            await leave.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=LOOP) as runner:
            runner.run(main())

    thread = threading.Thread(target=run)

    def stop() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            box[0].loop.call_soon_threadsafe(leave.set)
        thread.join(10)

    thread.start()
    assert ready.wait(10)
    try:
        yield box[0]
    finally:
        stop()


def _bound(sockets: Sequence[socket.socket], protection: model.Protection) -> list[Bound]:
    return [Bound(sock, protection) for sock in sockets]
