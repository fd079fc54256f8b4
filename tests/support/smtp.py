"""A real SMTP door over a real store, on a loop in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import AuthSection, Bind, SmtpSection
from mailcatch.inbox import Inbox
from mailcatch.listen import Bound, bind
from mailcatch.model import Protection, Session
from mailcatch.recipients import Recipients
from mailcatch.smtp.door import Door, serve
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.tls import Tls


class Line:
    """A client's raw connection, which says exactly what it is told to."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.sock = socket.create_connection(address, timeout=10)
        self._file = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def reply(self) -> str:
        """Read one reply, all its lines; "" at the end of the stream."""
        lines: list[str] = []
        while line := self._file.readline():
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    def ask(self, command: str | bytes) -> str:
        """Send a command, give its reply."""
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.reply()

    def close(self) -> None:
        """Go without a word."""
        self._file.close()
        self.sock.close()


@dataclass
class Running:
    """The open door and what stands behind it."""

    store: Store
    bus: Bus
    door: Door
    sockets: Sequence[socket.socket]
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None]

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the first listener."""
        return self._address

    def __post_init__(self) -> None:
        host, port = self.sockets[0].getsockname()[:2]
        self._address = (host, port)

    def ended_sessions(self, count: int) -> list[Session]:
        """Wait until so many sessions are kept as ended; give them."""
        seq = 0
        while True:
            ended = [session for session in self.store.sessions().sessions if session.outcome]
            if len(ended) >= count:
                return ended
            before, seq = seq, self.bus.wait(seq, 10)
            assert seq > before, f"only {len(ended)} sessions have ended"

    def connect(self, *, greeted: bool = True) -> Line:
        """Connect a client; with `greeted` the greeting is read and EHLO said."""
        line = Line(self.address)
        if greeted:
            assert line.reply().startswith("220 ")
            assert line.ask("EHLO client.test").startswith("250-")
        return line


@contextmanager
def running(
    section: SmtpSection | None = None,
    inbox_of: Callable[[Store], Inbox] = Inbox,
    host: str = "127.0.0.1",
    *,
    auth: AuthSection | None = None,
    tls: Tls | None = None,
    protection: Protection = "none",
    recipients: Recipients | None = None,
    offers_dsn: bool = False,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> Iterator[Running]:
    """Run a door for the length of a block."""
    bus = Bus()
    store = open_store(None, bus)
    inbox = inbox_of(store)
    sockets = bind([Bind(host, 0)], "localhost")
    opened, leave = threading.Event(), asyncio.Event()
    box: list[Running] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        bound = [Bound(sock, protection) for sock in sockets]
        authority = Authority(auth or AuthSection())
        serving = serve(
            inbox, bound, section or SmtpSection(), authority, tls,
            recipients=recipients, offers_dsn=offers_dsn, hostname="mx.test",
        )  # fmt: skip
        async with serving as door:
            box.append(Running(store, bus, door, sockets, loop, stop))
            opened.set()
            await leave.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(main())

    thread = threading.Thread(target=run)

    def stop() -> None:
        if thread.is_alive():
            box[0].loop.call_soon_threadsafe(leave.set)
        thread.join(10)

    thread.start()
    assert opened.wait(10)
    try:
        yield box[0]
    finally:
        stop()
        inbox.close()
        store.close()
