"""One connection to a server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable

import pytest

from mailcatch.relay.acts import Lost, TlsFailed
from mailcatch.relay.line import MOST_AHEAD, Line


def played(server: Callable[[socket.socket], None], client: Callable[[Line], Awaitable[object]]) -> object:
    """Connect a line to a server that is a function of its socket; give what the client's part returns."""

    async def run() -> object:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                connection, _ = listener.accept()
                with connection:
                    server(connection)

            serving = loop.run_in_executor(None, serve)
            _, line = await loop.create_connection(Line, *listener.getsockname()[:2])
            try:
                return await client(line)
            finally:
                line.close()
                await serving

    return asyncio.run(run())


def wait_for_end(connection: socket.socket) -> None:
    while connection.recv(1 << 16):
        pass


def test_lines_come_with_their_reply():
    """Line by line, as the transcript shows them."""

    def server(connection: socket.socket) -> None:
        connection.sendall(b"220-one\r\n220 two\r\n")
        wait_for_end(connection)

    async def client(line: Line) -> object:
        first, second = await line.hear(5), await line.hear(5)
        return first, second[0], second[1].code if second[1] else None

    assert played(server, client) == (("220-one", None), "220 two", 220)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "the server closed the connection"),
        (b"hello\r\n", "this is no reply"),
        (b"220 half", "closed the connection"),
    ],
)
def test_an_end_or_nonsense_is_a_lost_line(said: bytes, why: str):
    """Each says why."""

    def server(connection: socket.socket) -> None:
        connection.sendall(said)

    async def client(line: Line) -> object:
        with pytest.raises(Lost, match=why):
            await line.hear(5)
        return True

    assert played(server, client)


def test_silence_is_a_lost_line():
    """After the time that was given."""

    async def client(line: Line) -> object:
        with pytest.raises(Lost, match=r"said nothing for 0.05 s"):
            await line.hear(0.05)
        return True

    assert played(wait_for_end, client)


def test_a_server_that_does_not_read_is_noticed():
    """What cannot be sent is not piled up for ever."""

    def server(connection: socket.socket) -> None:
        connection.sendall(b"220 hi\r\n")
        connection.recv(1)
        ended.wait(10)

    ended = threading.Event()

    async def client(line: Line) -> object:
        with pytest.raises(Lost, match=r"read nothing for 0.1 s"):
            await line.send(b"x" * (64 << 20), 0.1)
        ended.set()
        line._transport.abort()
        return True

    assert played(server, client)


def test_octets_ahead_of_the_handshake_are_refused():
    """They would be read as if they had come over TLS."""

    def server(connection: socket.socket) -> None:
        connection.sendall(b"220 go\r\n250 injected\r\n")
        wait_for_end(connection)

    async def client(line: Line) -> object:
        await line.hear(5)
        with pytest.raises(TlsFailed, match="ahead of the handshake"):
            await line.secure(ssl.create_default_context(), "x", 5)
        return True

    assert played(server, client)


def test_a_handshake_with_nonsense_fails():
    """With the library's own word for it."""

    def server(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(b"this is no TLS at all\r\n")
        wait_for_end(connection)

    async def client(line: Line) -> object:
        with pytest.raises(TlsFailed, match=r"wrong version number|record"):
            await line.secure(ssl.create_default_context(), "x", 5)
        return True

    assert played(server, client)


def test_a_server_that_never_stops_talking_waits():
    """What it says ahead of being asked is bounded: its own sending comes to a stop, and goes on when it is heard."""
    spoken = b"250-more\r\n" * 199 + b"250 end\r\n"
    stuck = threading.Event()

    def server(connection: socket.socket) -> None:
        connection.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            for _ in range(20_000):  # forty megabytes: more than the system's own buffers
                connection.sendall(spoken)
        stuck.set()
        connection.settimeout(10)
        with contextlib.suppress(ConnectionResetError):  # not all of it is read
            wait_for_end(connection)

    async def client(line: Line) -> object:
        await asyncio.to_thread(stuck.wait, 10)
        held = line._reader.waiting
        replies = 0
        while replies < 500:
            replies += (await line.hear(5))[1] is not None
        return held

    held = played(server, client)
    assert isinstance(held, int)
    assert MOST_AHEAD < held < MOST_AHEAD + (1 << 20)


def test_a_last_word_is_still_heard():
    """A server that says why and hangs up, while we were about to speak."""

    def server(connection: socket.socket) -> None:
        connection.sendall(b"421 4.3.2 closing\r\n")

    async def client(line: Line) -> object:
        while line._gone is None:
            line._news.clear()
            await line._news.wait()
        with pytest.raises(Lost):
            await line.send(b"EHLO x\r\n", 5)
        return line.has_said_more, (await line.hear(5))[0], line.has_said_more

    assert played(server, client) == (True, "421 4.3.2 closing", False)


def test_what_is_not_read_does_not_keep_the_socket():
    """Closing waits for nobody."""
    ended = threading.Event()

    def server(connection: socket.socket) -> None:
        ended.wait(10)

    async def client(line: Line) -> object:
        with pytest.raises(Lost, match="read nothing"):
            await line.send(b"x" * (64 << 20), 0.1)
        line.close()
        try:
            async with asyncio.timeout(2):
                while line._gone is None:
                    line._news.clear()
                    await line._news.wait()
        finally:
            ended.set()
        return True

    assert played(server, client)


def test_nothing_is_sent_over_a_line_that_was_closed():
    """It is lost, whatever the transport says of it: uvloop's raises, before it has told of the end."""

    async def client(line: Line) -> object:
        line.close()
        with pytest.raises(Lost, match="closed"):
            await line.send(b".\r\n", 5)
        return True

    assert played(wait_for_end, client)
