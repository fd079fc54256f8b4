"""A server of one's own: it starts on free ports, and never outlives who started it."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys

import pytest

from mailcatch.testing.child import Child
from mailcatch.testing.errors import SinkFailed

PARENT = "from mailcatch.testing.child import Child; import time; c = Child(); print(c.pid, flush=True); input()"


def test_it_ends_when_told() -> None:
    """Nobody listens on its port afterwards; to stop it again does nothing."""
    child = Child()
    socket.create_connection((child.smtp_host, child.smtp_port), 5).close()
    child.stop()
    child.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((child.smtp_host, child.smtp_port), 5)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux can wait for the end of another's child")
def test_it_ends_with_a_parent_that_is_killed() -> None:
    """SIGKILL leaves the parent no time to say goodbye."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin, parent.stdout:
        descriptor = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.send_signal(signal.SIGKILL)
            parent.wait(10)
            assert select.select([descriptor], [], [], 10)[0], "it still runs"
        finally:
            os.close(descriptor)


def test_a_port_that_is_taken_is_told_in_its_words() -> None:
    """What the server said is in the error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SinkFailed, match=f"did not start(?s:.)*{port}"):
            Child(smtp_port=port)
