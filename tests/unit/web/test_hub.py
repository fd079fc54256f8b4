"""mailcatch.web.hub: bells."""

from __future__ import annotations

import socket
import threading

from mailcatch.bus import Bus
from mailcatch.web.hub import Bell, Hub, Line


def test_a_bell_rings_once_until_it_is_quiet() -> None:
    """Ringing twice wakes once; after quiet() it can ring again."""
    bell, (ours, theirs) = Bell(), socket.socketpair()
    line = Line(bell, ours)
    bell.ring()
    bell.ring()
    assert line.wait(5) == {"news"}
    bell.quiet()
    assert line.wait(0) == set()
    bell.ring()
    assert line.wait(5) == {"news"}
    theirs.close()
    assert line.wait(5) == {"news", "client"}
    assert line.wait(5, news=False) == {"client"}
    line.close()
    bell.close()
    ours.close()


def test_the_hub_rings_when_the_log_grows() -> None:
    """Each commit wakes those who are there, also those who joined amid it, and closing wakes all."""
    hub, bus, rung = Hub(), Bus(), threading.Event()
    hub.start(bus)
    for seq in range(1, 4):
        with hub.rings(rung.set):
            bus.notify(seq)
            assert rung.wait(5)
        rung.clear()
    with hub.rings(rung.set):
        hub.close()
        assert hub.closed
        assert rung.wait(5)
    bus.close()
    for thread in threading.enumerate():
        if thread.name == "http-hub":
            thread.join(5)
            assert not thread.is_alive()
