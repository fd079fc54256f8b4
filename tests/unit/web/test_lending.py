"""mailcatch.web.lending: the socket that a websocket sees."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from mailcatch.web import lending
from mailcatch.web.lending import LentSocket

Pair = tuple[LentSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(10)
        yield LentSocket(ours), theirs


def test_closing_ends_the_sending_only(pair: Pair) -> None:
    """The client reads the end; what it still says is read here, and the socket itself stays open."""
    lent, theirs = pair
    rung = []
    lent.on_close = lambda: rung.append(1)
    lent.send(b"bye")
    lent.close()
    lent.close()
    assert (theirs.recv(10), theirs.recv(10)) == (b"bye", b"")
    theirs.sendall(b"bye")
    assert lent.recv(10) == b"bye"
    assert lent.closed.is_set()
    assert lent.fileno() > 0
    assert rung


def test_who_does_not_read_is_dropped(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the time a send may take; nothing can be sent behind the half of a frame."""
    monkeypatch.setattr(lending, "SEND_TIMEOUT", 0.1)
    lent, _ = pair
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        lent.send(b"x" * (16 << 20))
    assert 0.1 <= time.monotonic() - begun < 2
    assert lent.closed.is_set()
    with pytest.raises(OSError, match="pipe"):
        lent.send(b"x")
    assert lent.recv(10) == b""


def test_frames_of_two_threads_stay_whole(pair: Pair) -> None:
    """Each is sent to its end before the next, however full the way is."""
    lent, theirs = pair
    size, count = 1 << 19, 8
    threads = [threading.Thread(target=lambda c=c: [lent.send(c * size) for _ in range(count)]) for c in (b"a", b"b")]
    for thread in threads:
        thread.start()
    left, got = 2 * count * size, bytearray()
    while len(got) < left:
        got += theirs.recv(1 << 16)
    for thread in threads:
        thread.join(10)
    assert all(len(set(got[start : start + size])) == 1 for start in range(0, left, size))
