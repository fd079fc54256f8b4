"""mailcatch.web.stream: the two directions of a connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from mailcatch.web import stream
from mailcatch.web.stream import Incoming, Reader, Writer


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_deadline_is_for_all_reads_together(pair: tuple[socket.socket, socket.socket]) -> None:
    """Bytes that trickle do not move it."""
    ours, theirs = pair
    reader = Reader(Incoming(ours))
    reader.allow(0.1)
    theirs.sendall(b"a")
    assert reader.read(1) == b"a"
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        reader.read(1)
    with pytest.raises(TimeoutError):
        reader.read(1)
    assert time.monotonic() - begun < 1


def test_looking_ahead_waits_for_nothing(pair: tuple[socket.socket, socket.socket]) -> None:
    """Whether there is a next request is known at once, and its bytes are kept."""
    ours, theirs = pair
    reader = Reader(Incoming(ours))
    reader.allow(5)
    assert not reader.has_data()
    theirs.sendall(b"next")
    assert reader.has_data()
    assert reader.read(4) == b"next"
    theirs.close()
    assert not reader.has_data()
    assert reader.read(1) == b""


def test_who_takes_nothing_is_given_up(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece has its time."""
    monkeypatch.setattr(stream, "SEND_TIMEOUT", 0.05)
    writer = Writer(pair[0])
    assert writer.write(b"abc") == 3
    assert pair[1].recv(3) == b"abc"
    with pytest.raises(TimeoutError):
        writer.write(b"x" * (64 << 20))
