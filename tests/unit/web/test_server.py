"""mailcatch.web.server: connections as clients make them, good, slow, broken and gone."""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from mailcatch.errors import StoreError
from mailcatch.web import connection, server
from mailcatch.web.server import Server

GET = b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"


class Application:
    """Says back what it got; `/wait` waits until it may go on, `/stream` streams for ever, `/break` breaks off."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Semaphore(0), threading.Event()
        self.streamed = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        path = environ["PATH_INFO"]
        if path == "/wait":
            self.entered.release()
            self.go.wait(20)
        if path == "/ignore":
            return self._answer(start, b"ignored")
        if path in ("/stream", "/break"):
            start("200 OK", [("Content-Type", "text/plain")])
            return self._stream(path)
        if path == "/fail":
            raise ZeroDivisionError
        return self._answer(start, environ["wsgi.input"].read())

    @staticmethod
    def _answer(start: Any, body: bytes) -> Iterator[bytes]:
        start("200 OK", [("Content-Length", str(len(body)))])
        return iter([body])

    def _stream(self, path: str) -> Iterator[bytes]:
        while True:
            self.streamed += 1
            yield b"x" * (1 << 20)
            if path == "/break":
                raise StoreError("gone")


class Running:
    """A server and how to reach it."""

    def __init__(self, count: int = 1, **options: Any) -> None:
        self.application = Application()
        self.sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        self.addresses = [sock.getsockname() for sock in self.sockets]
        self.server = Server(self.sockets, self.application, **options)
        self.server.start()

    def connect(self, which: int = 0) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(self.addresses[which], timeout=10)

    def send(self, data: bytes) -> bytes:
        """Send bytes on a new connection and return all that comes until it is closed."""
        with closing(self.connect()) as sock:
            sock.sendall(data)
            return read_all(sock)

    def works(self) -> bool:
        """Tell whether a new client is served."""
        return self.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).startswith(b"HTTP/1.1 200")

    def until(self, condition: Any) -> None:
        """Wait for a condition that another thread brings about."""
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline
            threading.Event().wait(0.002)


def read_all(sock: socket.socket) -> bytes:
    """Read until the other side closes."""
    out = b""
    while data := sock.recv(1 << 16):
        out += data
    return out


@contextmanager
def running(count: int = 1, **options: Any) -> Iterator[Running]:
    """Run a server for the length of a block."""
    served = Running(count, **options)
    try:
        yield served
    finally:
        served.application.go.set()
        served.server.stop()


@pytest.fixture
def served() -> Iterator[Running]:
    with running() as one:
        yield one


def test_a_connection_is_kept_for_the_next_request(served: Running) -> None:
    """Many requests on one connection, bodies included, and pipelined ones are answered in order."""
    client = http.client.HTTPConnection(*served.addresses[0])
    for number in range(5):
        client.request("POST", "/echo", body=b"%d" % number)
        assert client.getresponse().read() == b"%d" % number
    client.request("POST", "/echo", body=iter([b"ab", b"c" * 70_000]), encode_chunked=True)
    assert len(client.getresponse().read()) == 70_002
    client.close()
    last = GET.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 1\r\nConnection: close\r\n\r\nz")
    assert served.send(GET + GET + last).count(b"200 OK") == 3
    served.until(lambda: served.server.connections == 0)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET //[ HTTP/1.1\r\n\r\n", b"400"),
        (b"\0\1\2\r\n\r\n", b"400"),
        (b"get / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\n\r\n", b"505"),
        (b"GET / HTTP/1.1\nHost: x\n\n", b"400"),
        (b"GET / HTTP/1.1\r\nA b: c\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"501"),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 5_000_000, b"413"),
        (b"GET /fail HTTP/1.1\r\n\r\n", b"500"),
    ],
)
def test_what_cannot_be_read_is_refused(served: Running, head: bytes, status: bytes, caplog: Any) -> None:
    """With its status, as a problem, with the security headers, closed; and the next client is served."""
    answer = served.send(head)
    assert answer[:12] == b"HTTP/1.1 " + status
    assert b"application/problem+json" in answer
    assert b"X-Content-Type-Options: nosniff" in answer
    assert served.works()
    assert status == b"500" or not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_clients_that_vanish_leave_nothing(served: Running, caplog: Any) -> None:
    """At every point of a request, politely or by a reset: no trace in the log, no connection left."""
    request = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n0123456789"
    for cut in range(0, len(request) + 1, 3):
        for reset in (False, True):
            sock = served.connect()
            sock.sendall(request[:cut])
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
    served.until(lambda: served.server.connections == 0)
    assert served.works()
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_reader_that_vanishes_amid_a_stream_frees_its_worker(served: Running) -> None:
    """The stream ends with the connection."""
    sock = served.connect()
    sock.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    sock.recv(100_000)
    sock.close()
    served.until(lambda: served.server.connections == 0 and served.server.requests.busy == 0)


def test_a_stalled_reader_is_dropped(served: Running, monkeypatch: Any) -> None:
    """Who takes nothing for some seconds is cut off."""
    monkeypatch.setattr("mailcatch.web.stream.SEND_TIMEOUT", 0.1)
    with closing(served.connect()) as sock:
        sock.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        served.until(lambda: served.application.streamed and served.server.connections == 0)


def test_an_answer_that_breaks_off_ends_the_connection(served: Running) -> None:
    """A length or chunking that was promised is never completed with something else."""
    answer = served.send(b"GET /break HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert not answer.endswith(b"0\r\n\r\n")


def test_a_slow_head_has_a_deadline(served: Running, monkeypatch: Any) -> None:
    """One byte now and then does not hold a worker: the clock runs for the whole head."""
    monkeypatch.setattr(connection, "HEAD_TIMEOUT", 0.2)
    with closing(served.connect()) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n")
        begun, answer = time.monotonic(), b""
        sock.settimeout(0.03)
        while not answer and time.monotonic() < begun + 5:
            try:
                sock.sendall(b"x")
                answer = sock.recv(1000)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert answer.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - begun < 3


def test_connections_that_say_nothing_cost_no_worker() -> None:
    """More of them than there are workers, and a request is served at once."""
    with running(workers=2) as served:
        silent = [served.connect() for _ in range(20)]
        assert served.works()
        assert served.server.requests.size <= 2
        for sock in silent:
            sock.close()


def test_idle_connections_expire(monkeypatch: Any) -> None:
    """Who says nothing for long is closed."""
    monkeypatch.setattr(server, "IDLE_TIMEOUT", 0.05)
    monkeypatch.setattr(server, "_EXPIRY_INTERVAL", 0.05)
    with running() as served, closing(served.connect()) as sock:
        assert sock.recv(1) == b""


def test_a_new_client_takes_the_place_of_an_idle_one() -> None:
    """At the limit, the connection that was idle longest goes; if all are busy, the new one is refused with 503."""
    with running(max_connections=2) as served:
        idle = served.connect()
        idle.sendall(GET)
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        busy = []
        for _ in range(2):
            busy.append(served.connect())
            busy[-1].sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            assert served.application.entered.acquire(timeout=5)
        assert idle.recv(1) == b""
        with closing(served.connect()) as refused:
            answer = read_all(refused)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 1" in answer
        for sock in (idle, *busy):
            sock.close()


def test_short_requests_are_served_while_hundreds_wait() -> None:
    """250 requests that wait, and another is answered as if it were alone."""
    with running() as served:
        waiting = [served.connect() for _ in range(250)]
        for sock in waiting:
            sock.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in waiting:
            assert served.application.entered.acquire(timeout=10)
        begun = time.monotonic()
        assert served.works()
        assert time.monotonic() - begun < 1
        served.application.go.set()
        for sock in waiting:
            assert sock.recv(100).startswith(b"HTTP/1.1 200")
            sock.close()


def test_all_listeners_share_one_pool() -> None:
    """A server on two sockets serves both, and keeps the connections of both."""
    with running(2) as served:
        clients = [http.client.HTTPConnection(*address) for address in served.addresses]
        for client in clients * 3:
            client.request("GET", "/echo")
            assert client.getresponse().read() == b""
        for client in clients:
            client.close()


def test_a_body_is_asked_for_only_when_it_is_wanted(served: Running) -> None:
    """`Expect: 100-continue` gets its 100 from who reads the body, and from nobody else."""
    head = b"HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with closing(served.connect()) as sock:
        sock.sendall(b"POST /echo " + head)
        assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"hi")
        assert sock.recv(1000).startswith(b"HTTP/1.1 200")
    answer = served.send(b"POST /ignore " + head)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Connection: close" in answer


def test_an_answer_reaches_a_client_that_still_sends(served: Running) -> None:
    """An unwanted body of megabytes does not reset the connection before the answer is read."""
    with closing(served.connect()) as sock:
        sock.sendall(b"POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000)
        assert read_all(sock).startswith(b"HTTP/1.1 200")


def test_http_1_0_closes_unless_asked(served: Running) -> None:
    """A client of the last century is served."""
    assert served.send(b"GET /echo HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
    with closing(served.connect()) as sock:
        sock.sendall(b"GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
        assert b"Keep-Alive" in sock.recv(1000)


def test_stopping_lets_requests_finish_and_closes_the_idle() -> None:
    """What is under way is answered, what is idle is closed, and nobody is accepted any more."""
    served = Running()
    idle, busy = served.connect(), served.connect()
    busy.sendall(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
    assert served.application.entered.acquire(timeout=5)
    stopping = threading.Thread(target=served.server.stop)
    stopping.start()
    assert idle.recv(1) == b""
    served.application.go.set()
    assert busy.recv(1000).startswith(b"HTTP/1.1 200")
    stopping.join(10)
    with pytest.raises(ConnectionRefusedError):
        served.connect()
    assert served.server.ended.result(1) is None
    assert served.server.connections == 0


def test_stopping_cuts_off_who_does_not_end(monkeypatch: Any) -> None:
    """After the grace nobody is waited for."""
    monkeypatch.setattr(server, "_GRACE", 0.1)
    served = Running()
    sock = served.connect()
    sock.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    sock.recv(10)
    begun = time.monotonic()
    served.server.stop()
    assert time.monotonic() - begun < 2
    sock.close()


def test_a_failure_of_the_loop_is_told() -> None:
    """Who watches over the door hears why it ended."""
    served = Running()
    served.server._accept = None  # type: ignore[method-assign,assignment] # whatever it may be that fails
    with contextlib.suppress(ConnectionError):
        served.connect().close()
    with pytest.raises(TypeError):
        served.server.ended.result(5)
    served.server.stop()
