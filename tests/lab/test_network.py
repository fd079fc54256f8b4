"""The lab's own instruments: the network is closed, and its DNS and servers do what the scripts say."""

from __future__ import annotations

import errno
import socket

import pytest

from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.lab.namespace import FORBIDDEN, Entered


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "2001:db8::1"])
def test_nothing_can_leave(address: str, entered: Entered) -> None:
    """There is no way to any other network."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        assert probe.connect_ex((address, 25)) in {errno.ENETUNREACH, errno.EADDRNOTAVAIL}


def test_some_hosts_swallow_what_comes(entered: Entered) -> None:
    """A connection to them is neither taken nor refused."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        with pytest.raises(TimeoutError):
            probe.connect(("198.51.100.1", 25))


@pytest.mark.parametrize("address", FORBIDDEN)
def test_hosts_where_mail_must_not_go_are_there(address: str, entered: Entered) -> None:
    """Their servers answer: that nothing comes to them is not because nothing could."""
    with Mta(address, Script()) as mta, socket.create_connection((address, 25), timeout=5) as client:
        assert client.recv(100).startswith(b"220 ")
        assert len(mta.talks) == 1


def test_the_system_asks_the_scripted_dns(dns: ScriptedDns) -> None:
    """The C library resolves by it, and the question is in its log."""
    dns.add("asked A 127.25.66.253", "libc.test")
    assert socket.gethostbyname("asked.libc.test") == "127.25.66.253"
    assert dns.asked("libc.test") == ["A"]
