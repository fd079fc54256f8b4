"""Clients that go away at any moment, a thousand of them: the next one is served, and nothing is left behind (G7)."""

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.http import Http
from tests.support.sink import Sink, sink
from tests.support.wire import Wire

DIALOGUE = (
    b"EHLO x.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n"
    b"Subject: vanished\r\n\r\n" + b"half of a line that goes on\r\n" * 200 + b".\r\nQUIT\r\n"
)
CLIENTS = 1000


def vanish(address: tuple[str, int], length: int, how: int) -> None:
    """Send the dialogue's first `length` bytes, and go: with FIN, with RST, or without reading a single reply."""
    with socket.create_connection(address, 20) as connection:
        if how != 2:
            connection.recv(1000)
        try:
            connection.sendall(DIALOGUE[:length])
        except OSError:
            return
        if how:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def lengths() -> Iterator[int]:
    """Give where to break off: in every command, within DATA, right around the final dot."""
    for number in range(CLIENTS):
        if number % 2:
            yield len(DIALOGUE) - number % 14  # mid-commit: the dot was sent, or is about to be
        else:
            yield number * len(DIALOGUE) // CLIENTS


def descriptors(running: Sink) -> int:
    return len(list(Path(f"/proc/{running.process.pid}/fd").iterdir()))


def test_a_thousand_clients_vanish_and_the_next_one_is_served():
    """Mid-command, mid-DATA and mid-commit; each stored mail is whole, and no descriptor stays open."""
    with sink() as running, Http(running.http) as http:
        with Wire(running.smtp) as wire:
            wire.send(b"Subject: before\r\n\r\nx\r\n")
        before = descriptors(running)
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda each: vanish(running.smtp, each[1], each[0] % 3), enumerate(lengths())))
        with Wire(running.smtp) as wire:
            id = wire.send(b"Subject: after\r\n\r\nx\r\n")
        assert http.get(f"/v1/messages/{id}").json()["subject"] == "after"
        page = http.get("/v1/messages?limit=1000").json()
        whole = {message["size"] for message in page["messages"] if message["subject"] == "vanished"}
        assert len(whole) <= 1  # all of it, or nothing
        assert http.get("/readyz").status == 200
        assert descriptors(running) <= before + 10
        assert "Traceback" not in running.log
        assert '"level": "error"' not in running.log


def test_a_client_that_reads_nothing_holds_nobody_up():
    """It pipelines commands and never reads a reply; others are served meanwhile."""
    with sink() as running, socket.create_connection(running.smtp, 10) as deaf:
        deaf.setblocking(False)
        try:
            while True:
                deaf.send(b"EHLO x.test\r\nNOOP\r\n" * 1000)
        except (BlockingIOError, ConnectionError):
            pass
        with Wire(running.smtp) as wire:
            wire.send(b"Subject: x\r\n\r\nx\r\n")


def test_garbage_is_answered_and_ended():
    """A TLS hello, HTTP, and noise: a reply or a closed connection, never a stack trace."""
    with sink() as running:
        for noise in (
            b"\x16\x03\x01\x02\x00" + bytes(range(256)) * 8,
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\0" * 70_000,
        ):
            with socket.create_connection(running.smtp, 10) as connection:
                connection.sendall(noise)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        with Wire(running.smtp) as wire:
            wire.send(b"Subject: x\r\n\r\nx\r\n")
        assert "Traceback" not in running.log
