"""The POP3 door: who is let in, and how it closes."""

from __future__ import annotations

import threading
import time

from mailcatch.config import Pop3Section
from tests.support.pop3 import running


def test_five_hundred_connections_at_once():
    """Each logged in, each served; one more is told that there are too many."""
    with running() as door:
        door.add(b"hello\r\n")
        clients = [door.connect("all") for _ in range(500)]
        assert {client.ask("STAT") for client in clients} == {"+OK 1 7"}
        with door.connect() as one_more:
            assert one_more.greeting == "-ERR [SYS/TEMP] too many connections"
            assert one_more.line() == ""
        for client in clients:
            client.close()


def test_a_stop_takes_leave():
    """In the protocol's words, at once."""
    with running() as door, door.connect("all") as client:
        began = time.monotonic()
        stopping = threading.Thread(target=door.stop)
        stopping.start()
        assert (client.line(), client.line()) == ("-ERR [SYS/TEMP] mailcatch is stopping", "")
        stopping.join()
        assert time.monotonic() - began < 2


def test_a_large_message_to_a_client_that_does_not_read():
    """It waits for no one else, and is cut off in the end."""
    with running(Pop3Section(idle_timeout=30)) as door:
        door.add(b"x" * (20 << 20))
        door.door.patience = 0.3
        with door.connect("all") as deaf, door.connect("all") as other:
            deaf.send(b"RETR 1\r\n")
            assert other.ask("STAT") == f"+OK 1 {20 << 20}"
            assert [each.outcome for each in door.ended()] == ["timed out: the client stopped reading"]
