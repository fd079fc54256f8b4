"""Too much: long lines, literals, connections, commands without reading. Others are served meanwhile."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack
from typing import Self

import pytest

from tests.judges.imap_talk import Connection
from tests.judges.script import mail
from tests.judges.servers import Ours, ours
from tests.support.sink import sink

MIB = 1 << 20
USER = "flood@judge.test"


def logged_in(served: Ours) -> Connection:
    """Log in and select."""
    connection = Connection(served.imap)
    for command in (f"LOGIN {USER} x", "SELECT INBOX"):
        assert answer(connection, command.encode()).split()[1] == b"OK"
    return connection


def answer(connection: Connection, *parts: bytes) -> bytes:
    """Say a command; give the tagged answer."""
    *before, last = parts
    return connection.command([*before, last + b"\r\n"])[-1]


def test_a_line_of_a_mebibyte(served: Ours):
    """A list of UIDs just below 1 MiB is answered; a longer line is BAD, and the connection stays."""
    served.deliver(USER, mail("plain.eml"))
    with logged_in(served) as connection:
        uids = b",".join(b"%d" % number for number in range(1, 150_000))
        assert 900_000 < len(uids) < MIB
        assert answer(connection, b"UID FETCH " + uids + b" (FLAGS)").split()[1] == b"OK"
        assert answer(connection, b"UID FETCH " + uids + b"," + uids + b" (FLAGS)").split()[1] == b"BAD"
        assert answer(connection, b"NOOP").split()[1] == b"OK"


@pytest.mark.parametrize("size", [b"60000000", b"9999999999", b"99999999999999999999999"])
def test_a_literal_too_large_is_refused_before_it_comes(served: Ours, size: bytes):
    """There is no `+` for it, and the connection stays."""
    with logged_in(served) as connection:
        said = answer(connection, b"APPEND INBOX {" + size + b"}")
        assert said.split()[1] in (b"NO", b"BAD"), said
        assert answer(connection, b"NOOP").split()[1] == b"OK"


def test_many_literals_that_nobody_waits_for(served: Ours):
    """A command of thousands of small literals, and a large one that nobody waits for, take no memory that stays."""
    before = served.running.memory()
    for _ in range(5):
        connection = Connection(served.imap)
        connection.say(b"a SEARCH " + b"SUBJECT {5+}\r\nplain " * 50_000 + b"\r\n")
        connection.say(b"b APPEND INBOX {999999999+}\r\n" + b"x" * MIB)
        connection.until_answer()
        connection.close()
    with logged_in(served) as connection:
        assert answer(connection, b"NOOP").split()[1] == b"OK"
    assert served.running.memory() - before < 60 * MIB


def test_a_login_flood_is_bounded(served: Ours):
    """Twenty errors end a connection with BYE."""
    with Connection(served.imap) as connection:
        said = [answer(connection, b"NONSENSE") for _ in range(25)]
    assert b"closed" in said
    assert len(said) - said.count(b"closed") <= 20


def test_a_client_that_never_reads(served: Ours):
    """It asks for much and reads nothing: memory stays, others are served."""
    for _ in range(20):
        served.deliver("slow@judge.test", mail("long.eml") * 20)
    before = served.running.memory()
    with ExitStack() as stack:
        for _ in range(10):
            slow = stack.enter_context(socket.create_connection(served.imap, timeout=20))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(b"a LOGIN slow@judge.test x\r\nb SELECT INBOX\r\n" + b"c FETCH 1:* BODY.PEEK[]\r\n" * 200)
        with logged_in(served) as connection:
            assert answer(connection, b"FETCH 1 BODY.PEEK[]").split()[1] == b"OK"
        assert served.running.memory() - before < 100 * MIB


class Greeted:
    """A connection of either protocol, and its first line."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=20)
        self._stream = self._socket.makefile("rb")
        self.greeting = self.line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stream.close()
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(data)

    def line(self) -> bytes:
        """Read a line."""
        return self._stream.readline()

    def ends(self) -> bool:
        """Read to the end."""
        while self.line():
            pass
        return True


@pytest.mark.parametrize("door", ["imap", "pop3"])
def test_five_hundred_connections(door: str):
    """Five hundred are served at one time, the next is told why it is not, and places become free again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with ours() as served, ExitStack() as stack:
            address = getattr(served, door)
            held = [stack.enter_context(Greeted(address)) for _ in range(500)]
            assert all(line.greeting.startswith((b"* OK ", b"+OK ")) for line in held)
            assert stack.enter_context(Greeted(address)).greeting.startswith((b"* BYE ", b"-ERR "))
            held[0].say(b"a LOGOUT\r\n" if door == "imap" else b"QUIT\r\n")
            assert held[0].ends()
            assert stack.enter_context(Greeted(address)).greeting.startswith((b"* OK ", b"+OK "))
            held[-1].say(b"a NOOP\r\n" if door == "imap" else b"CAPA\r\n")
            assert held[-1].line().startswith((b"a OK ", b"+OK"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_client_beyond_its_share_is_told(tmp_path):
    """With a cap for one address, the connection above it hears BYE."""
    with sink("--imap-max-connections-per-client", "2") as running:
        first, second, third = (Connection(running.imap) for _ in range(3))
        assert first.greeting.startswith(b"* OK")
        assert second.greeting.startswith(b"* OK")
        assert third.greeting.startswith(b"* BYE")
        for connection in (first, second, third):
            connection.close()
