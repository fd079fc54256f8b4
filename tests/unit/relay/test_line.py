"""One connection to a server."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import pytest

from mailcatch.relay.acts import Lost, TlsFailed
from mailcatch.relay.line import Line


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

    import threading

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
