"""Waking live connections: the bus says that there is news, each connection reads it from the log itself.

An event stream waits for three things at once: news, its client, and the clock. So the news comes as a byte on a
socket pair, and one poll waits for all; a client that goes is noticed at once and its place is free again. A websocket
has a thread that hears its client, so there the bell is an event that this thread sets too.
"""

from __future__ import annotations

import contextlib
import select
import selectors
import socket
import threading
from collections.abc import Callable, Iterator

from mailcatch.bus import Bus

Ring = Callable[[], None]
"""Wakes one live connection."""


class Bell:
    """One event stream's bell; ring() may be called from any thread."""

    def __init__(self) -> None:
        self.sock, self._push = socket.socketpair()
        self.sock.setblocking(False)
        self._push.setblocking(False)
        self._rung = False

    def ring(self) -> None:
        """Wake the connection; ringing again before it looked costs nothing."""
        if not self._rung:
            self._rung = True
            with contextlib.suppress(OSError):
                self._push.send(b"\0")

    def quiet(self) -> None:
        """Make the bell ready to ring again. Call it before reading the log: what rings after it wakes again."""
        with contextlib.suppress(OSError):
            self.sock.recv(64)
        self._rung = False

    def close(self) -> None:
        """Give the sockets back."""
        self.sock.close()
        self._push.close()


class Hub:
    """All bells of one web door, rung by one thread; without live connections that thread hears nothing of the log."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: set[Ring] = set()
        self._waiters: set[Ring] = set()
        self._occupied = threading.Event()
        self.closed = False

    @contextlib.contextmanager
    def rings(self, ring: Ring) -> Iterator[None]:
        """Call `ring` for news, from another thread, for the length of a block; it must not block."""
        with self._lock:
            self._bells.add(ring)
            self._occupied.set()
        try:
            yield
        finally:
            with self._lock:
                self._bells.discard(ring)
                if not self._bells and not self.closed:
                    self._occupied.clear()

    @contextlib.contextmanager
    def rings_at_end(self, ring: Ring) -> Iterator[None]:
        """Call `ring` when the hub closes, for the length of a block: for those whom others tell of news."""
        with self._lock:
            self._waiters.add(ring)
        try:
            yield
        finally:
            with self._lock:
                self._waiters.discard(ring)

    def ring(self) -> None:
        """Wake every live connection."""
        with self._lock:
            for ring in self._bells:
                ring()

    def start(self, bus: Bus) -> None:
        """Begin to ring when the log grows; the thread ends when the bus closes."""
        threading.Thread(target=self._follow, args=(bus,), name="http-hub", daemon=True).start()

    def close(self) -> None:
        """End every live connection: each is woken and finds the hub closed."""
        self.closed = True
        self._occupied.set()
        self.ring()
        with self._lock:
            for ring in self._waiters:
                ring()

    def _follow(self, bus: Bus) -> None:
        while not (self.closed or bus.closed):
            self._occupied.wait()
            seq = bus.seq
            self.ring()  # for what came between a connection's first look at the log and ours at the bus
            while self._bells and not (self.closed or bus.closed):
                seq = bus.wait(seq)
                self.ring()


class Line:
    """What an event stream waits on: its bell and its client's socket."""

    def __init__(self, bell: Bell, client: socket.socket) -> None:
        self._selector = selectors.PollSelector() if hasattr(select, "poll") else selectors.SelectSelector()
        self._bell = bell
        self._client = client
        self._selector.register(bell.sock, selectors.EVENT_READ, "news")
        self._selector.register(client, selectors.EVENT_READ, "client")

    def wait(self, seconds: float, *, news: bool = True) -> frozenset[str]:
        """Return what happened of `news` and `client` within `seconds`; without `news` the bell is not heard."""
        if not news:
            self._selector.unregister(self._bell.sock)
        try:
            return frozenset(key.data for key, _ in self._selector.select(max(0.0, seconds)))
        finally:
            if not news:
                self._selector.register(self._bell.sock, selectors.EVENT_READ, "news")

    def ignore_client(self) -> None:
        """Wait for the client no more: what it sends is for later."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(self._client)

    def close(self) -> None:
        """Give the selector back; the sockets are their owners'."""
        self._selector.close()
