"""mailcatch.web.door: start and stop."""

from __future__ import annotations

import http.client
import socket
import threading

import pytest

from mailcatch.config import HttpSection
from tests.support.web import web


def test_two_doors_in_one_process_share_nothing() -> None:
    """Each has its own mail, its own tokens, its own end."""
    with web() as one:
        with web(section=HttpSection(webroot="/mail")) as other:
            one.deliver()
            assert one.client.get("/v1/messages").json()["total"] == 1
            assert other.client.get("/v1/messages").json()["total"] == 0
            assert one.door.site.tokens.make("x") != other.door.site.tokens.make("x")
        assert one.client.get("/v1/messages").status == 200


def test_all_listeners_are_served() -> None:
    """IPv6 beside IPv4, where there is any."""
    sockets = [socket.create_server(("127.0.0.1", 0))]
    if socket.has_ipv6:
        try:
            sockets.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
        except OSError:
            pytest.skip("no IPv6 here")
    with web(sockets=sockets):
        for sock in sockets:
            client = http.client.HTTPConnection(*sock.getsockname()[:2])
            client.request("GET", "/livez")
            assert client.getresponse().status == 200
            client.close()


def test_it_leaves_no_thread_and_no_socket() -> None:
    """After its end all is as before."""
    before = threading.active_count()
    with web() as door:
        address = door.client.address
        for _ in range(3):
            door.client.get("/v1/messages")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=1)
    for thread in threading.enumerate():
        if thread.name.startswith(("http", "door")):
            thread.join(5)
    assert threading.active_count() <= before
