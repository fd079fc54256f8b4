"""However much a client sends, what the server keeps of it is bounded."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.support.sink import sink
from tests.support.wire import Wire

LIMIT = 10 << 20
MARGIN = 20 << 20
PIECE = b"x" * (1 << 20)


def in_a_command(connection: socket.socket) -> None:
    """Send one endless command line."""
    for _ in range(4 * LIMIT // len(PIECE)):
        connection.sendall(PIECE)
    connection.sendall(b"\r\nQUIT\r\n")


def in_data(connection: socket.socket) -> None:
    """Send four times the limit in one mail."""
    connection.sendall(b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n")
    for _ in range(4 * LIMIT // len(PIECE)):
        connection.sendall(PIECE)
    connection.sendall(b"\r\n.\r\nQUIT\r\n")


@pytest.mark.parametrize(("flood", "reply"), [(in_a_command, b"500 5.5.2"), (in_data, b"552 5.3.4")])
def test_four_times_the_limit_without_a_line_end(flood: Callable[[socket.socket], None], reply: bytes):
    """Memory rises by less than the limit and 20 MB; the reply names the mistake, and the next client is served."""
    with sink("--max-message-size", str(LIMIT)) as running:
        with Wire(running.smtp) as wire:
            wire.send(b"Subject: warm\r\n\r\nx\r\n")
        before = running.memory()
        with socket.create_connection(running.smtp, 30) as connection, connection.makefile("rb") as stream:
            flood(connection)
            replies = stream.read()
        assert reply in replies
        assert replies.endswith(b"221 2.0.0 Bye\r\n")
        assert running.memory() - before < LIMIT + MARGIN
        with Wire(running.smtp) as wire:
            wire.send(b"Subject: after\r\n\r\nx\r\n")
