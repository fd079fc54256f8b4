"""Lines of a connection; tests of the connection use them as well."""

from __future__ import annotations

from mailcatch.connection.connection import Connection
from mailcatch.connection.lines import Lines
from mailcatch.wire import LineTooLong
from tests.support.talk import talking


async def numbered(connection: Connection) -> None:
    """Say of each line how long it is, and what has arrived besides."""
    lines = Lines(connection, 10)
    while True:
        try:
            line = await lines.read()
        except LineTooLong as error:
            connection.write(error.beginning + b"... too long\r\n")
            continue
        if line is None:
            return
        if line == b"drop":
            connection.write(b"%d dropped, then %r\r\n" % (lines.drop(), lines.next()))
        else:
            connection.write(line + b"\r\n")


def test_a_line_that_is_too_long_is_refused_once_and_the_next_is_read():
    """However long it is: a megabyte takes no more than its beginning."""
    with talking(numbered) as door, door.connect() as sock, sock.makefile("rb") as stream:
        sock.sendall(b"one\r\n" + b"x" * (1 << 20) + b"\r\ntwo\n")
        heard = [stream.readline() for _ in range(3)]
        assert heard == [b"one\r\n", b"x" * 16 + b"... too long\r\n", b"two\r\n"]


def test_what_was_sent_ahead_can_be_dropped():
    """And is counted."""
    with talking(numbered) as door, door.connect() as sock, sock.makefile("rb") as stream:
        sock.sendall(b"drop\r\nabc\r\n")
        assert stream.readline() == b"5 dropped, then None\r\n"
