"""What is said amid STARTTLS and STLS: dropped before the handshake, judged after it, and never a reason to fall."""

from __future__ import annotations

import random
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.judges.script import mail
from tests.judges.servers import Ours
from tests.judges.test_fuzz import LOGIN, PATIENCE, POP3_SEEDS, mutated, well
from tests.judges.test_tls_clients import PORTS, port
from tests.support.imap_seeds import SEEDS
from tests.support.sink import Sink

UPGRADE = {"imap": b"u STARTTLS\r\n", "pop3": b"STLS\r\n"}
AGREED = {"imap": b"u OK", "pop3": b"+OK"}
SEEDS_OF = {"imap": SEEDS, "pop3": POP3_SEEDS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the CA."""
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[Sink]:
    """Run mailcatch with TLS; the fuzzed account has some mail."""
    with Sink(*PORTS, "--tls-dir", str(folder)) as running:
        for _ in range(3):
            Ours(running).deliver("fuzz@judge.test", mail("nested.eml"))
        yield running
        well(Ours(running))


class Upgraded:
    """A connection that has asked for TLS, and what the server said to that."""

    def __init__(self, running: Sink, door: str, folder: Path, *, after: bytes = b"") -> None:
        self._context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.sock = socket.create_connection(("localhost", port(running, door, "starttls")), timeout=PATIENCE)
        greeting = self.line()
        assert greeting.startswith((b"* OK", b"+OK")), greeting
        self.sock.sendall(UPGRADE[door] + after)
        self.agreed = self.line().startswith(AGREED[door])

    def line(self) -> bytes:
        """Read one line and not one byte more: what follows is TLS."""
        line = b""
        while not line.endswith(b"\n") and (byte := self.sock.recv(1)):
            line += byte
        return line

    def secured(self) -> ssl.SSLSocket:
        """Shake hands."""
        return self._context.wrap_socket(self.sock, server_hostname="localhost")


def said(sock: socket.socket, data: bytes) -> bytes:
    """Say everything and give all that comes until the server closes."""
    received = bytearray()
    with suppress(ConnectionError, ssl.SSLError), sock:
        sock.sendall(data)
        if not isinstance(sock, ssl.SSLSocket):
            sock.shutdown(socket.SHUT_WR)
        while chunk := sock.recv(1 << 16):
            received += chunk
    return bytes(received)


@pytest.mark.parametrize("door", UPGRADE)
def test_what_comes_before_the_handshake_is_dropped(secure: Sink, folder: Path, door: str):
    """Commands sent in one packet with STARTTLS never act and are never answered, in plain text or inside."""
    chance = random.Random(door)
    for _ in range(40):
        injected = b"".join(mutated(SEEDS_OF[door], chance) for _ in range(chance.randint(1, 4)))
        upgraded = Upgraded(secure, door, folder, after=injected)
        assert upgraded.agreed
        try:
            inside = upgraded.secured()
        except (ssl.SSLError, ConnectionError):  # a part of it came later, and was no handshake
            continue
        quit_ = b"q LOGOUT\r\n" if door == "imap" else b"QUIT\r\n"
        answer = said(inside, quit_)
        expected = rb"(\* BYE [^\r\n]*\r\nq OK [^\r\n]*\r\n)" if door == "imap" else rb"\+OK [^\r\n]*\r\n"
        assert re.fullmatch(expected, answer), (injected, answer)


@pytest.mark.parametrize("door", UPGRADE)
def test_a_handshake_that_is_none(secure: Sink, folder: Path, door: str):
    """Noise, commands, and a ClientHello cut short or changed end the connection; nothing is said in plain text."""
    chance = random.Random(door)
    hello = client_hello()
    for number in range(60):
        noise = bytearray(hello if number % 3 else chance.randbytes(chance.randint(1, 400)))
        for _ in range(chance.randint(1, 5)):
            noise[chance.randrange(len(noise))] = chance.randrange(256)
        upgraded = Upgraded(secure, door, folder)
        assert upgraded.agreed
        answer = said(upgraded.sock, bytes(noise[: chance.randint(1, len(noise))]))
        assert not re.search(rb"(?i)\bOK\b|BAD |-ERR", answer), (bytes(noise), answer)


def client_hello() -> bytes:
    """Give the first flight of a real client."""
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("door", UPGRADE)
def test_fuzz_inside(secure: Sink, folder: Path, door: str):
    """Inside TLS each line is judged as ever: complete lines come back, and a second STARTTLS is refused."""
    chance = random.Random(door)
    start = LOGIN + b"s SELECT INBOX\r\n" if door == "imap" else b"USER fuzz@judge.test\r\nPASS x\r\n"
    end = b"\r\nq LOGOUT\r\n" if door == "imap" else b"\r\nQUIT\r\n"
    for _ in range(40):
        data = b"".join(mutated(SEEDS_OF[door], chance) for _ in range(chance.randint(1, 4)))
        inside = Upgraded(secure, door, folder).secured()
        inside.sendall(UPGRADE[door])
        again = inside.recv(1 << 12)
        assert again.startswith((b"u BAD", b"u NO", b"-ERR")), again
        inside.settimeout(2)  # an open literal or AUTHENTICATE waits for more: that is its right
        try:
            answer = said(inside, start + data + end)
        except TimeoutError:
            continue
        assert answer.endswith(b"\r\n"), (data, answer[-200:])
