"""A real POP3 door over a real store, on a loop in a thread, and a client without opinions."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import AuthSection, Bind, Pop3Section
from mailcatch.connection.door import Door
from mailcatch.inbox import Inbox
from mailcatch.listen import Bound, bind
from mailcatch.model import Envelope, Protection, Recipient, Session
from mailcatch.pop3.door import serve
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.tls import Tls

_STUFFED = re.compile(rb"(?:(?<=\n)|\A)\.\.")


def unstuffed(content: bytes) -> bytes:
    """Return a message as it was before its dots were stuffed, after CRLF and LF."""
    return _STUFFED.sub(b".", content)


class Client:
    """A client's raw connection, which says exactly what it is told to."""

    def __init__(self, address: tuple[str, int], user: str | None = None) -> None:
        self.sock = socket.create_connection(address, timeout=20)
        self._file = self.sock.makefile("rb")
        self.greeting = self.line()
        if user is not None:
            assert self.ask(f"USER {user}").startswith("+OK")
            assert self.ask("PASS x").startswith("+OK")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Go without a word."""
        self._file.close()
        self.sock.close()

    def secure(self, wrap: Callable[[socket.socket], socket.socket]) -> None:
        """Speak on over TLS."""
        self._file.close()
        self.sock = wrap(self.sock)
        self._file = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def line(self) -> str:
        """Read one line; "" at the end of the stream."""
        return self._file.readline().decode().removesuffix("\r\n")

    def ask(self, command: str | bytes) -> str:
        """Send a command, give the first line of its answer."""
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.line()

    def piece(self) -> bytes:
        """Give what has been read of what follows the last line; at least one byte."""
        return self._file.read1()

    def content(self) -> bytes:
        """Read up to the dot, and give what came before it as it came; the answer itself was read."""
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            assert line, "the server has gone"
            lines.append(line)
        return b"".join(lines)

    def many(self, command: str) -> list[str]:
        """Ask for lines."""
        assert self.ask(command).startswith("+OK")
        return self.content().decode().splitlines()

    def retrieve(self, number: int) -> bytes:
        """Fetch a message."""
        assert self.ask(f"RETR {number}").startswith("+OK")
        return unstuffed(self.content())


@dataclass
class Running:
    """The open door and what stands behind it."""

    store: Store
    inbox: Inbox
    bus: Bus
    door: Door
    address: tuple[str, int]
    stop: Callable[[], None]

    def connect(self, user: str | None = None) -> Client:
        """Connect a client; with `user` it logs in."""
        return Client(self.address, user)

    def add(self, *raws: bytes, to: Sequence[str] = ("dev@box.test",)) -> list[str]:
        """Store messages; give their ids."""
        envelope = Envelope("app@x.test", tuple(Recipient(address) for address in to))
        storing = [self.inbox.accept(raw, envelope, origin="smtp") for raw in raws]
        return [each.result(10).id for each in storing]

    def ended(self, count: int = 1) -> list[Session]:
        """Wait until so many sessions are kept as ended; give them with their lines."""
        seq = 0
        while True:
            sessions = [each for each in self.store.sessions().sessions if each.outcome]
            if len(sessions) >= count:
                return [self.store.session(each.id)[0] for each in sessions]
            before, seq = seq, self.bus.wait(seq, 10)
            assert seq > before, f"only {len(sessions)} sessions have ended"


@contextmanager
def running(
    section: Pop3Section | None = None,
    *,
    auth: AuthSection | None = None,
    tls: Tls | None = None,
    protection: Protection = "none",
) -> Iterator[Running]:
    """Run a door for the length of a block."""
    bus = Bus()
    store = open_store(None, bus)
    inbox = Inbox(store)
    sockets = bind([Bind("127.0.0.1", 0)], "localhost")
    opened, leave = threading.Event(), asyncio.Event()
    box: list[Running] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        bound = [Bound(sock, protection) for sock in sockets]
        authority = Authority(auth or AuthSection())

        def stop() -> None:
            if thread.is_alive():
                loop.call_soon_threadsafe(leave.set)
            thread.join(10)

        async with serve(store, inbox, bound, section or Pop3Section(), authority, tls=tls) as door:
            host, port = sockets[0].getsockname()[:2]
            box.append(Running(store, inbox, bus, door, (host, port), stop))
            opened.set()
            await leave.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert opened.wait(10)
    try:
        yield box[0]
    finally:
        box[0].stop()
        inbox.close()
        store.close()
