"""One connection: what comes at the session's pace, what goes at the client's."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailcatch.config import Pop3Section, TlsSection
from mailcatch.connection.connection import AHEAD, HIGH_WATER, Connection
from mailcatch.connection.lines import Lines
from mailcatch.model import Protection
from mailcatch.tls import Tls
from tests.support.talk import Talking, talking


async def echo(connection: Connection) -> None:
    """Greet, then say every line again; QUIT ends it, STLS begins TLS."""
    lines = Lines(connection, 1_000)
    connection.write(b"hello\r\n")
    while (line := await lines.read()) is not None:
        connection.record.spoken = True
        if line == b"STLS":
            await connection.start_tls(b"go\r\n", held=lines.drop())
            continue
        connection.write(b"> " + line + b"\r\n")
        await connection.drain()
        if line == b"QUIT":
            connection.record.end("QUIT")
            return


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Make a development certificate."""
    return Tls(TlsSection(enabled=True, folder=tmp_path_factory.mktemp("tls")))


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """Trust everyone."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextmanager
def client(door: Talking) -> Iterator[tuple[socket.socket, Iterator[bytes]]]:
    """Connect, and read lines."""
    with door.connect() as sock, sock.makefile("rb") as stream:
        yield sock, iter(stream.readline, None)


def test_lines_come_as_they_were_sent():
    """In pieces or many at once; after QUIT the server closes, and the session says so."""
    with talking(echo) as door, client(door) as (sock, lines):
        sock.sendall(b"on")
        assert next(lines) == b"hello\r\n"
        sock.sendall(b"e\r\ntwo\nQUIT\r\n")
        assert [next(lines) for _ in range(4)] == [b"> one\r\n", b"> two\r\n", b"> QUIT\r\n", b""]
        assert door.ended().outcome == "QUIT"


def test_a_client_that_ends_its_half_is_answered():
    """What it sent before is served; then the connection ends."""
    with talking(echo) as door, client(door) as (sock, lines):
        sock.sendall(b"one\r\nhalf a line")
        sock.shutdown(socket.SHUT_WR)
        assert [next(lines) for _ in range(3)] == [b"hello\r\n", b"> one\r\n", b""]
        assert door.ended().outcome == "the client closed the connection"


def test_silence_ends_the_dialogue():
    """With a word of the protocol; a byte now and then does not lengthen the time."""
    with talking(echo, Pop3Section(idle_timeout=0.2)) as door, client(door) as (sock, lines):
        sock.sendall(b"h")
        assert [next(lines) for _ in range(3)] == [b"hello\r\n", b"BYE nothing was heard for too long\r\n", b""]
        assert door.kept.empty()


def test_time_can_be_given_anew():
    """A session that expects more shortens or lengthens the time of the door."""

    async def hasty(connection: Connection) -> None:
        connection.expect(0.1)
        await connection.read()

    with talking(hasty) as door, client(door) as (_, lines):
        assert next(lines) == b"BYE nothing was heard for too long\r\n"


def test_what_is_sent_ahead_does_not_pile_up():
    """A session that does not read holds no more than a few blocks of what the client sends."""
    sent, looked = threading.Event(), threading.Event()
    held: list[int] = []

    async def deaf(connection: Connection) -> None:
        connection.write(b"hello\r\n")
        await connection._loop.run_in_executor(None, sent.wait)
        held.append(len(connection._waiting))
        looked.set()
        while await connection.read():
            pass

    with talking(deaf) as door, client(door) as (sock, _):
        sock.settimeout(0.5)
        with pytest.raises(TimeoutError):  # the kernel's buffers are full, for nobody reads
            sock.sendall(bytes(256 << 20))
        sent.set()
        assert looked.wait(10)
        assert AHEAD <= held[0] <= AHEAD + (256 << 10)


def test_a_client_that_reads_nothing_is_left():
    """What waits for it is bounded, and after a while the dialogue ends without a word that nobody would read."""
    waiting: list[int] = []

    async def talkative(connection: Connection) -> None:
        connection.record.spoken = True
        while True:
            connection.write(b"x" * 100_000)
            waiting.append(connection._transport.get_write_buffer_size())
            await connection.drain()

    with talking(talkative, patience=0.2) as door, client(door):
        assert door.ended().outcome == "timed out: the client stopped reading"
        assert max(waiting) <= HIGH_WATER + 100_000


def test_a_slow_reader_gets_everything():
    """As long as it reads something in its time."""
    body = b"y" * (4 << 20)

    async def generous(connection: Connection) -> None:
        for start in range(0, len(body), 100_000):
            connection.write(body[start : start + 100_000])
            await connection.drain()

    with talking(generous, patience=1.0) as door, door.connect() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        received = bytearray()
        while piece := sock.recv(65_536):
            received += piece
        assert bytes(received) == body


def test_the_last_word_is_read_although_more_was_sent():
    """Unread bytes of the client would make a reset of the end."""

    async def curt(connection: Connection) -> None:
        await connection.read()
        connection.write(b"enough\r\n")

    with talking(curt) as door, client(door) as (sock, lines):
        sock.sendall(b"x" * 200_000)
        assert [next(lines), next(lines)] == [b"enough\r\n", b""]


def test_a_reset_ends_the_session():
    """A client that vanishes leaves nobody behind."""
    with talking(echo) as door:
        sock = door.connect()
        assert sock.recv(100) == b"hello\r\n"
        sock.sendall(b"one\r\n")
        assert sock.recv(100) == b"> one\r\n"
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        assert door.ended().outcome == "the client closed the connection"
        assert door.door.connections == 0


def test_what_was_sent_before_the_handshake_is_dropped(tls: Tls, trusting: ssl.SSLContext):
    """It did not come over TLS (RFC 2595 §2.1); the record says so, and which TLS was spoken."""
    with talking(echo, tls=tls, protection="starttls") as door, client(door) as (sock, lines):
        assert next(lines) == b"hello\r\n"
        sock.sendall(b"STLS\r\ninjected\r\n")
        assert next(lines) == b"go\r\n"
        with trusting.wrap_socket(sock, server_hostname="localhost") as secured:
            secured.sendall(b"QUIT\r\n")
            assert secured.recv(100) == b"> QUIT\r\n"
        session = door.ended()
        assert (session.tls or "").startswith("TLSv1.3 ")
        assert session.transcript is not None
        assert [line.line for line in session.transcript] == ["10 bytes sent ahead of the TLS handshake were dropped"]


def test_implicit_tls_greets_after_the_handshake(tls: Tls, trusting: ssl.SSLContext):
    """And a connection may then carry half a megabyte both ways."""

    async def carry(door: Talking) -> bytes:
        # One thread for both ways: an SSLSocket must not be used by two.
        reader, writer = await asyncio.open_connection(*door.address, ssl=trusting, server_hostname="localhost")
        writer.write(b"".join(b"%d\r\n" % number for number in range(50_000)) + b"QUIT\r\n")
        _, heard = await asyncio.gather(writer.drain(), reader.read())
        writer.close()
        return heard

    with talking(echo, tls=tls, protection="implicit") as door:
        heard = asyncio.run(carry(door))
    assert heard == b"hello\r\n" + b"".join(b"> %d\r\n" % number for number in range(50_000)) + b"> QUIT\r\n"


@pytest.mark.parametrize("protection", ["starttls", "implicit"])
def test_the_end_is_said_over_tls_too(tls: Tls, trusting: ssl.SSLContext, protection: Protection):
    """A client that waits for the server to close is not left waiting: some do so after their last command."""
    with talking(echo, tls=tls, protection=protection) as door, door.connect() as sock:
        if protection == "starttls":
            assert sock.recv(100) == b"hello\r\n"
            sock.sendall(b"STLS\r\n")
            assert sock.recv(100) == b"go\r\n"
        with trusting.wrap_socket(sock, server_hostname="localhost") as secured, secured.makefile("rb") as stream:
            secured.settimeout(1)
            secured.sendall(b"QUIT\r\n")
            assert stream.read().endswith(b"> QUIT\r\n")


def test_a_handshake_that_fails_is_an_outcome(tls: Tls):
    """Plain text where TLS is spoken ends the connection, and the session says why."""
    with talking(echo, tls=tls, protection="implicit") as door, door.connect() as sock:
        sock.sendall(b"USER ann\r\n\r\n")
        sock.settimeout(5)
        while sock.recv(1_000):
            pass
        assert door.ended().outcome == "the client spoke no TLS"


def test_a_client_inside_is_told_that_mailcatch_stops():
    """In the protocol's words, and at once."""
    with talking(echo) as door, client(door) as (_, lines):
        assert next(lines) == b"hello\r\n"
        threading.Thread(target=door.stop).start()
        assert [next(lines), next(lines)] == [b"BYE mailcatch is stopping\r\n", b""]
