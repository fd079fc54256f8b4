"""A real IMAP door over a real store, on a loop in a thread, and a client without opinions."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import AuthSection, Bind, ImapSection
from mailcatch.imap.door import serve
from mailcatch.inbox import Inbox
from mailcatch.listen import Bound, bind
from mailcatch.model import Envelope, Protection, Recipient
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.tls import Tls

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


@dataclass(frozen=True)
class Answer:
    """What one command was answered: the untagged responses, each whole, and the tagged one without its tag."""

    untagged: list[bytes]
    tagged: bytes

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.tagged.startswith(b"OK")


class Client:
    """A client's raw connection, which says exactly what it is told to."""

    def __init__(self, address: tuple[str, int], user: str | None = None) -> None:
        self.sock = socket.create_connection(address, timeout=20)
        self._file = self.sock.makefile("rb")
        self._count = 0
        self.greeting = self.response()
        if user is not None:
            assert self.ask(f"LOGIN {user} x").ok

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Go without a word."""
        self._file.close()
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def response(self) -> bytes:
        """Read one whole response, its literals with it; b"" at the end of the stream."""
        response = self._file.readline()
        while found := _LITERAL.search(response):
            response += self._file.read(int(found[1])) + self._file.readline()
        return response

    def ask(self, command: str | bytes, *literals: bytes) -> Answer:
        """Send a command, its literals when they are asked for, and give its answer."""
        self._count += 1
        tag = b"a%d" % self._count
        self.send(tag + b" " + (command.encode() if isinstance(command, str) else command) + b"\r\n")
        untagged: list[bytes] = []
        waiting = list(literals)
        while response := self.response():
            if response.startswith(tag + b" "):
                return Answer(untagged, response[len(tag) + 1 :])
            if response.startswith(b"+") and waiting:
                self.send(waiting.pop(0) + b"\r\n")
            else:
                untagged.append(response)
        return Answer(untagged, b"")

    def idle(self) -> bytes:
        """Begin to idle; give the continuation."""
        self._count += 1
        self.send(b"a%d IDLE\r\n" % self._count)
        return self.response()

    def done(self) -> Answer:
        """End IDLE."""
        tag = b"a%d " % self._count
        self.send(b"DONE\r\n")
        untagged = []
        while (response := self.response()) and not response.startswith(tag):
            untagged.append(response)
        return Answer(untagged, response[len(tag) :])


class Failing:
    """A store whose readings fail while `error` is set; `names` says which."""

    def __init__(self, store: Any, names: tuple[str, ...]) -> None:
        self.error: Exception | None = None
        self._store = store
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if self.error is not None and name in self._names:
            raise self.error
        return getattr(self._store, name)


@dataclass
class Running:
    """The open door and what stands behind it."""

    inbox: Inbox
    store: Store
    bus: Bus
    address: tuple[str, int]
    clients: list[Client] = field(default_factory=list)

    def client(self, user: str | None = "all", mailbox: str | None = "INBOX") -> Client:
        """Return a client; unless told otherwise it is logged in and has INBOX selected."""
        client = Client(self.address, user)
        self.clients.append(client)
        if user is not None and mailbox is not None:
            assert client.ask(f'SELECT "{mailbox}"').ok
        return client

    def deliver(self, raw: bytes = b"Subject: hello\r\n\r\nworld\r\n", to: str = "ann@example.test") -> None:
        """Have a message come in; it is there when this returns."""
        envelope = Envelope(mail_from="bob@example.test", rcpt_to=(Recipient(to),))
        self.inbox.accept(raw, envelope, origin="smtp").result(20)


@contextmanager
def running(
    section: ImapSection | None = None,
    auth: AuthSection | None = None,
    *,
    tls: Tls | None = None,
    protection: Protection = "none",
    reader_of: Callable[[Any], Any] = lambda store: store,
) -> Iterator[Running]:
    """Serve IMAP for the length of a block, from an empty store."""
    bus = Bus()
    store = open_store(None, bus)
    inbox = Inbox(store)
    bound = [Bound(each, protection) for each in bind((Bind("127.0.0.1", 0),), "127.0.0.1", "--imap")]
    started = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        authority = Authority(auth or AuthSection())
        async with serve(reader_of(store), inbox, bus, bound, section or ImapSection(), authority=authority, tls=tls):
            ends.append((asyncio.get_running_loop(), stop))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),), name="imap-door")
    thread.start()
    assert started.wait(20)
    door = Running(inbox, store, bus, bound[0].socket.getsockname()[:2])
    try:
        yield door
    finally:
        for client in door.clients:
            client.close()
        loop, stop = ends[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()
        inbox.close()
        bus.close()
        store.close()
        for each in bound:
            each.socket.close()
