"""The HTTP server: cheroot's request cycle on our own loop and worker pool.

One thread accepts for all listeners and watches the connections between their requests, so an idle connection, also one
that has sent nothing yet, costs no worker. What cheroot does otherwise, and broke: DESIGN.md.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import select
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any

from cheroot.server import HTTPServer
from cheroot.wsgi import Gateway_10

from mailcatch.errors import MailcatchError
from mailcatch.web.connection import Connection
from mailcatch.web.headers import SECURITY_HEADERS
from mailcatch.web.lending import LentSocket
from mailcatch.web.pool import Pool
from mailcatch.web.problems import problem_for_status

log = logging.getLogger(__name__)

WORKERS = 320
IDLE_TIMEOUT = 30.0
"""Seconds a connection may be silent between requests."""

_EXPIRY_INTERVAL = 5.0
_HEAD_LIMIT = 64 << 10
_GRACE = 2.0  # seconds that requests under way get at the end
_OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
# epoll and kqueue notice what other threads register while they wait; select and poll must be woken.
_NOTICES = hasattr(select, "epoll") or hasattr(select, "kqueue")


class Gateway(Gateway_10):
    """WSGI for one request; to a websocket it lends the socket, the way flask-sock knows from gunicorn."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override] # cheroot's stub says None
        """Return WSGI's environ, with the connection in it for who streams, and the socket for who upgrades."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        environ["mailcatch.connection"] = self.req.conn
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            environ["gunicorn.socket"] = LentSocket(self.req.conn.socket)
        return environ

    def respond(self) -> None:
        """Call the application and send what it yields; an error before the first byte becomes a 500."""
        try:
            answer = self.req.server.wsgi_app(self.env, self.start_response)
        except StopIteration:  # flask-sock's way to tell gunicorn that all was said on the socket
            answer = ()
        if "gunicorn.socket" in self.env and self.env["gunicorn.socket"].used:
            self._note_upgrade()
            return
        self._send(answer)

    def _note_upgrade(self) -> None:
        """Let HTTP be silent: nothing of it may follow on this connection."""
        self.req.status = b"101 Switching Protocols"
        self.req.sent_headers = self.req.close_connection = True
        self.req.conn.unread = True  # a client that was sent away amid a message may read why

    def _send(self, answer: Iterable[bytes]) -> None:
        try:
            for chunk in answer:
                if chunk:
                    self.write(chunk)
        except MailcatchError as error:  # amid an answer: its rest is gone, and so must the connection be
            if not self.req.sent_headers:
                raise
            log.info("an answer broke off: %s", error)
            raise ConnectionAbortedError(errno.ECONNABORTED, str(error)) from error
        finally:
            if hasattr(answer, "close"):
                answer.close()


class Server(HTTPServer):
    """Serves a WSGI application on sockets that are bound and listening already."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        application: Callable[..., Iterable[bytes]],
        *,
        max_connections: int = 500,
        workers: int = WORKERS,
    ) -> None:
        super().__init__(sockets[0].getsockname()[:2], gateway=Gateway, server_name="mailcatch")
        self.wsgi_app = application
        self.software = "mailcatch"
        self.max_request_header_size = _HEAD_LIMIT
        self.requests = Pool(workers)
        self.ready = True
        self._listeners = list(sockets)
        self._max_connections = max_connections
        self._open: set[Connection] = set()
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self.ended: Future[None] = Future()
        self._next_expiry = 0.0
        self._bell, self._push = socket.socketpair()
        for sock in (self._bell, self._push, *self._listeners):
            sock.setblocking(False)
        for sock in (self._bell, *self._listeners):
            self._selector.register(sock, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="http-loop", daemon=True)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    @property
    def can_add_keepalive_connection(self) -> bool:
        """Whether a connection may stay open after its answer."""
        return bool(self.ready)

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, close idle connections, let requests finish for two seconds, then cut them off."""
        self.ready = False
        self._ring()
        if self._thread.is_alive():
            self._thread.join(_GRACE)
        self.requests.stop(_GRACE)
        for connection in list(self._open):
            connection.close()
        self._selector.close()
        for sock in (self._bell, self._push):
            sock.close()

    def clear_stats(self) -> None:
        """Keep no statistics: cheroot puts them into a global of the logging module."""
        self.stats = {"Enabled": False}

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Take what cheroot has to say into our log."""
        log.log(level, "%s", msg, exc_info=traceback and level >= logging.ERROR)

    def keep(self, connection: Connection) -> None:
        """Take a connection back from its worker, to wait for its next request."""
        try:
            if connection.rfile.has_data():
                self.requests.put(connection)
                return
            connection.last_used = time.monotonic()
            with self._lock:
                if self.ready:
                    self._selector.register(connection.socket, selectors.EVENT_READ, connection)
                else:
                    connection.close()
            if not _NOTICES:
                self._ring()
        except (OSError, ValueError):
            connection.close()

    def forget(self, connection: Connection) -> None:
        """Count a connection out that is closing."""
        self._open.discard(connection)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            while self.ready:
                self._turn()
        except Exception as error:  # it must reach whoever watches over the door
            log.exception("the web's accepting thread failed")
            failure = error
        self.ready = False
        for sock in self._listeners:
            self._selector.unregister(sock)
            sock.close()
        self._close_idle(lambda connection: True)
        if failure:
            self.ended.set_exception(failure)
        else:
            self.ended.set_result(None)

    def _turn(self) -> None:
        for key, _ in self._selector.select(_EXPIRY_INTERVAL if self._open else None):
            if isinstance(key.data, Connection):
                self._hand_over(key.data)
            elif key.fileobj is self._bell:
                with contextlib.suppress(BlockingIOError):
                    self._bell.recv(4096)
            else:
                self._accept(key.fileobj)  # type: ignore[arg-type] # a listener, registered above
        now = time.monotonic()
        if now >= self._next_expiry:
            self._next_expiry = now + _EXPIRY_INTERVAL
            self._close_idle(lambda connection: connection.last_used < now - IDLE_TIMEOUT)

    def _hand_over(self, connection: Connection) -> None:
        with self._lock:
            self._selector.unregister(connection.socket)
        connection.seen = True
        self.requests.put(connection)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(64):
            try:
                sock, peer = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self._accept_failed(error)
                return
            self._welcome(sock, peer)

    def _welcome(self, sock: socket.socket, peer: tuple[Any, ...]) -> None:
        if len(self._open) >= self._max_connections and not self._make_room():
            _refuse(sock)
            return
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)
            connection = Connection(self, sock, peer)
            self._open.add(connection)
            with self._lock:
                self._selector.register(sock, selectors.EVENT_READ, connection)
        except OSError:  # gone already
            sock.close()

    def _accept_failed(self, error: OSError) -> None:
        if error.errno in _OUT_OF_FILES and not self._make_room():
            log.warning("no more connections can be taken: %s", error.strerror)
            threading.Event().wait(0.1)  # the listener stays readable: do not spin

    def _make_room(self) -> bool:
        """Close the connection that has been idle longest; False if none is."""
        idle = self._idle()
        if idle:
            self._drop(min(idle, key=lambda connection: connection.last_used))
        return bool(idle)

    def _idle(self) -> list[Connection]:
        with self._lock:
            return [key.data for key in self._selector.get_map().values() if isinstance(key.data, Connection)]

    def _close_idle(self, which: Callable[[Connection], bool]) -> None:
        for connection in filter(which, self._idle()):
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        with self._lock, contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection.socket)
        connection.close()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._push.send(b"\0")


def _refuse(sock: socket.socket) -> None:
    """Say that there are too many connections; a courtesy that may fail."""
    body = problem_for_status(503, "Too many connections are open.")
    head = ["HTTP/1.1 503 Service Unavailable", "Content-Type: application/problem+json", "Retry-After: 1"]
    head += [f"{name}: {value}" for name, value in SECURITY_HEADERS]
    head += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    with contextlib.suppress(OSError):
        sock.setblocking(False)
        sock.send("\r\n".join(head).encode("latin-1") + body)
        sock.shutdown(socket.SHUT_WR)
    sock.close()
