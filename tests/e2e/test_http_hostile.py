"""Clients that send rubbish, vanish or stall: nothing half-done is stored, and the next one is served."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.web import MAIL, Web, web

HEAD = (
    b"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\n"
    b"Content-Length: %d\r\n\r\n" % len(MAIL)
)


@pytest.fixture
def door() -> Iterator[Web]:
    with web() as running:
        yield running


def settle(door: Web) -> None:
    """Wait until no connection is open."""
    deadline = time.monotonic() + 10
    while door.door.server.connections or door.door.server.requests.busy:
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def test_an_upload_cut_off_anywhere_stores_nothing(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    """At every byte of it; only the whole one is taken."""
    whole = HEAD + MAIL
    for cut in range(0, len(whole), 2):
        with socket.create_connection(door.client.address, timeout=10) as sock:
            sock.sendall(whole[:cut])
    settle(door)
    assert door.client.get("/v1/messages").json()["total"] == 0
    assert door.client.get("/v1/sessions").json()["sessions"] == []
    with socket.create_connection(door.client.address, timeout=10) as sock:
        sock.sendall(whole)
        assert sock.recv(100).startswith(b"HTTP/1.1 201")
    assert door.client.get("/v1/messages").json()["total"] == 1
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\n",
        b"5\r\nhel",
        b"5\r\nhelloo\r\n",
        b"FFFFFFFFFFFFFFFF\r\n",
        b"-5\r\nhello\r\n",
        b"5\r\nhello\r\n0\r\nx\n\n",
    ],
)
def test_broken_chunks_store_nothing(door: Web, chunks: bytes) -> None:
    """400, and the connection is closed."""
    head = HEAD.replace(b"Content-Length: %d" % len(MAIL), b"Transfer-Encoding: chunked")
    with socket.create_connection(door.client.address, timeout=10) as sock:
        sock.sendall(head + chunks)
        sock.shutdown(socket.SHUT_WR)
        answer = b""
        while data := sock.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 400")
    assert door.client.get("/v1/messages").json()["total"] == 0


def test_readers_that_vanish_amid_answers(door: Web, caplog: pytest.LogCaptureFixture) -> None:
    """Big downloads, exports and streams cut off by a reset leave the log empty and no worker busy."""
    door.deliver(b"Subject: big\r\n\r\n" + b"0123456789abcdef\r\n" * 400_000)
    for path in (b"/v1/messages/latest/raw", b"/v1/export", b"/v1/messages/latest", b"/v1/events?since=start") * 5:
        sock = socket.create_connection(door.client.address, timeout=10)
        sock.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sock.recv(10)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    settle(door)
    assert door.door.site.live.taken == 0
    assert door.client.get("/v1/messages").status == 200
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_message_deleted_amid_its_download(door: Web) -> None:
    """The download breaks off; it never ends as if it were whole."""
    raw = b"Subject: big\r\n\r\n" + b"0123456789abcdef\r\n" * 2_000_000
    id = door.deliver(raw)
    with socket.create_connection(door.client.address, timeout=10) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.sendall(f"GET /v1/messages/{id}/raw HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        got = len(sock.recv(1000))
        door.client.delete(f"/v1/messages/{id}")
        while data := sock.recv(1 << 20):
            got += len(data)
    assert got < len(raw)


@pytest.mark.parametrize(
    "path",
    ["/v1/messages/%00", "/v1/messages/" + "A" * 5000, "/%ff%fe", "/v1/messages?q=%ff", "/v1/messages?" + "&" * 5000,
     "/v1/messages?q=" + "(" * 3000, "/v1/messages?q=" + "a+" * 5000, "/v1/messages?subject=" + "%F0%9F%92%A9" * 500,
     "/v1/messages?q=%00", "/v1/sessions/%2e%2e", "/v1/messages/latest/parts/" + "1." * 3000, "/frame/a/b/c/d"],
)  # fmt: skip
def test_strange_questions(door: Web, path: str) -> None:
    """Are answered within a second or two, and never with a 5xx."""
    door.deliver()
    begun = time.monotonic()
    assert door.client.bare("GET", path).status < 500
    assert time.monotonic() - begun < 2


def test_stopping_amid_uploads_downloads_and_streams() -> None:
    """Everything ends within a few seconds, and no half-sent mail is stored."""
    with web() as door:
        door.deliver(b"Subject: big\r\n\r\n" + b"0123456789abcdef\r\n" * 2_000_000)
        waiting = []
        for begin in (
            HEAD + MAIL[:10],
            b"GET /v1/messages/latest/raw HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET /v1/mess",
            b"",
        ) * 10:
            waiting.append(socket.create_connection(door.client.address, timeout=10))
            waiting[-1].sendall(begin)
        deadline = time.monotonic() + 10
        while door.door.server.requests.busy < 40:
            assert time.monotonic() < deadline
            threading.Event().wait(0.002)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    for sock in waiting:
        sock.close()
