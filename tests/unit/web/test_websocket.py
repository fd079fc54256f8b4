"""mailcatch.web.websocket: the protocol, as clients get it wrong. Following the log: test_live."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading

import pytest
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from mailcatch.errors import StoreError
from mailcatch.web import lending, live
from mailcatch.web.websocket import MAX_MESSAGE
from tests.support.web import Web
from tests.support.websocket import Closed, WebSocket
from tests.unit.web.test_live import HANDSHAKE, until


def head(version: str = "HTTP/1.1", **more: str) -> bytes:
    """Return a handshake as it is on the wire."""
    fields = {"Host": "localhost", **HANDSHAKE, **{name.replace("_", "-"): value for name, value in more.items()}}
    return (
        f"GET /v1/live {version}\r\n".encode()
        + b"".join(b"%s: %s\r\n" % (n.encode(), v.encode()) for n, v in fields.items())
        + b"\r\n"
    )


def answer_to(door: Web, sent: bytes) -> bytes:
    """Send bytes and return what comes back first."""
    with socket.create_connection(door.client.address, timeout=10) as sock:
        sock.sendall(sent)
        return sock.recv(1 << 16)


def test_the_handshake_of_the_standard(door: Web) -> None:
    """RFC 6455 §1.3 gives key and answer; compression, which is asked for, is not what we do."""
    answer = answer_to(door, head(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits"))
    assert answer.startswith(b"HTTP/1.1 101")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert b"extensions" not in answer.lower()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(head() + b"\x81\x80\0\0\0\0", id="data before the answer"),
        pytest.param(head(Content_Length="5"), id="a body"),
        pytest.param(head(Transfer_Encoding="chunked"), id="a chunked body"),
        pytest.param(head("HTTP/1.0"), id="HTTP/1.0"),
        pytest.param(head().replace(b"GET", b"HEAD"), id="HEAD"),
        pytest.param(head(Sec_WebSocket_Key="\xff"), id="a key that is not ASCII"),
    ],
)
def test_handshakes_that_cannot_be(door: Web, sent: bytes) -> None:
    """They are answered in HTTP, and nothing of a websocket follows."""
    answer = answer_to(door, sent)
    assert answer.startswith(b"HTTP/1.1 400")
    assert door.door.site.live.taken == 0


@pytest.fixture
def connected(door: Web) -> WebSocket:
    connected = WebSocket(door.client.address, "/v1/live")
    assert connected.frame()["kind"] == "hello"
    return connected


def test_what_a_client_says_is_ignored(door: Web, connected: WebSocket) -> None:
    """Messages, also in fragments, pings and pongs: the log goes on."""
    connected.send(TextMessage("hello"))
    connected.send(BytesMessage(b"x" * MAX_MESSAGE))
    connected.send(TextMessage("a", message_finished=False))
    connected.send(Ping(b"?"))
    connected.send(TextMessage("b"))
    connected.send(Pong())
    id = door.deliver()
    assert connected.frame()["id"] == id
    connected.socket.close()


def test_a_close_is_answered(connected: WebSocket) -> None:
    """With the client's own code."""
    connected.send(CloseConnection(3999, "bye"))
    with pytest.raises(Closed) as closed:
        connected.frame()
    assert closed.value.code == 3999
    assert connected.socket.recv(1) == b""
    connected.socket.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\xff" + (MAX_MESSAGE + 1).to_bytes(8, "big") + b"\0" * 4 + b"x" * (MAX_MESSAGE + 1), 1009),
        (b"\x81\x05hello", 1002),
        (b"\xc1\x85\0\0\0\0hello", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
    ],
)
def test_broken_frames_end_the_connection(door: Web, connected: WebSocket, data: bytes, code: int) -> None:
    """Too big, unmasked, reserved bits, reserved opcode, not UTF-8: each with its code, and the server lives."""
    connected.socket.sendall(data)
    with pytest.raises(Closed) as closed:
        connected.frame()
    assert closed.value.code == code
    connected.socket.close()
    assert door.client.get("/v1/cursor").status == 200


def test_a_client_that_is_still_sending_reads_why_it_was_sent_away(door: Web, connected: WebSocket) -> None:
    """A reset would take the Close away before it is read."""
    size = 8 << 20
    connected.socket.sendall(b"\x82\xff" + size.to_bytes(8, "big") + b"\0" * 4 + b"x" * size)
    with pytest.raises(Closed) as closed:
        connected.frame()
    assert closed.value.code == 1009
    connected.socket.close()


def test_what_a_client_says_does_not_pile_up(door: Web, connected: WebSocket) -> None:
    """Nobody receives it, and all of it is forgotten at once."""
    import tracemalloc

    tracemalloc.start()
    try:
        for _ in range(200):
            connected.send(BytesMessage(b"x" * MAX_MESSAGE))
        id = door.deliver()
        connected.send(Ping(b"all read?"))
        assert connected.frame()["id"] == id
        assert tracemalloc.get_traced_memory()[0] < 4 << 20
    finally:
        tracemalloc.stop()
    connected.socket.close()


def test_a_stalled_reader_is_dropped(door: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is free again after the time a send may take, and the others go on."""
    monkeypatch.setattr(lending, "SEND_TIMEOUT", 0.2)
    monkeypatch.setattr(live.Feed, "read", lambda feed: [(1, b"x" * (1 << 20))] * live._BATCH)
    with socket.create_connection(door.client.address, timeout=10) as stalled:
        stalled.sendall(head())
        until(lambda: door.door.site.live.taken == 1)
        until(lambda: door.door.site.live.taken == 0)
    assert door.client.get("/v1/cursor").status == 200


def test_a_close_amid_the_news_is_no_failure(
    door: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends finds the protocol closed at any moment; nobody is told, and all threads end."""
    monkeypatch.setattr(live.Feed, "read", lambda feed: [(1, b'{"kind":"added"}')] * live._BATCH)
    caplog.set_level(logging.INFO)
    for _ in range(30):
        with WebSocket(door.client.address, "/v1/live") as connected:
            connected.frame()
            connected.send(CloseConnection(1000))
            with pytest.raises(Closed):
                list(iter(connected.frame, None))
    until(lambda: door.door.site.live.taken == 0)
    until(lambda: not any(thread.name == "http-websocket" for thread in threading.enumerate()))
    assert not [record for record in caplog.records if record.levelno > logging.INFO or record.exc_info]


@pytest.mark.parametrize("error", [StoreError("the disk is gone"), ZeroDivisionError()])
def test_a_failure_is_told_by_a_code(door: Web, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """1011: nothing of HTTP follows on the connection."""

    def fail(feed: live.Feed) -> None:
        raise error

    monkeypatch.setattr(live.Feed, "read", fail)
    with WebSocket(door.client.address, "/v1/live") as connected:
        connected.frame()
        with pytest.raises(Closed) as closed:
            connected.frame()
        assert closed.value.code == 1011
        assert connected.socket.recv(100) == b""


def test_a_thread_that_cannot_be_made(door: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The handshake is answered already: the connection ends, and HTTP says nothing on it."""

    def fail(thread: threading.Thread) -> None:
        if thread.name == "http-websocket":
            raise RuntimeError("can't start new thread")
        start(thread)

    start = threading.Thread.start
    with WebSocket(door.client.address, "/v1/live") as connected:
        connected.frame()  # so that the workers are there
    with monkeypatch.context() as patched, socket.create_connection(door.client.address, timeout=10) as sock:
        patched.setattr(threading.Thread, "start", fail)
        sock.sendall(head())
        got = b""
        while data := sock.recv(1000):
            got += data
    assert got.startswith(b"HTTP/1.1 101")
    assert got.endswith(b"\r\n\r\n")
    assert got.count(b"HTTP/1.1") == 1


def test_nothing_of_it_is_imported_to_start() -> None:
    """flask-sock comes with the first websocket."""
    code = "import sys, mailcatch.web.door; print(*[m for m in ('flask_sock', 'wsproto', 'h11') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == []
