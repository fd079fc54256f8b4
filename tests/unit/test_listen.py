"""Sockets to listen on."""

import socket

import pytest

from mailcatch.config import Bind
from mailcatch.errors import ConfigError
from mailcatch.listen import addresses_of, bind


def names(sockets: list[socket.socket]) -> list[tuple[str, int]]:
    return [sock.getsockname()[:2] for sock in sockets]


@pytest.fixture
def closing():
    opened: list[socket.socket] = []
    yield opened
    for sock in opened:
        sock.close()


def test_port_zero_is_the_same_on_each_address(closing):
    """Any free port, one number for 127.0.0.1 and ::1."""
    closing += bind([Bind(None, 0)], "localhost")
    hosts, ports = zip(*names(closing), strict=True)
    assert hosts[0] == "127.0.0.1"
    assert len(set(ports)) == 1
    assert ports[0] != 0


def test_clients_can_connect_at_once(closing):
    """A bound socket listens: nothing is announced before."""
    closing += bind([Bind("127.0.0.1", 0)], "localhost")
    with socket.create_connection(names(closing)[0], timeout=5):
        pass


def test_a_taken_port_names_the_option_and_a_way_out(closing):
    """One sentence (G18), and nothing stays bound."""
    closing += bind([Bind("127.0.0.1", 0)], "localhost")
    port = names(closing)[0][1]
    with pytest.raises(ConfigError, match=rf"--http: 127.0.0.1:{port} is taken .* --http 0"):
        bind([Bind("127.0.0.1", 0), Bind("127.0.0.1", port)], "localhost", "--http")


def test_an_address_that_is_not_ours():
    """It cannot be listened on, and the sentence says where."""
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1:0"):
        bind([Bind("192.0.2.1", 0)], "localhost")


@pytest.mark.parametrize(
    ("host", "addresses"),
    [("localhost", ("127.0.0.1", "::1")), ("any", ("0.0.0.0", "::")), ("[::1]", ("::1",)), ("10.0.0.1", ("10.0.0.1",))],
)
def test_what_hosts_mean(host: str, addresses: tuple[str, ...]):
    """`localhost` and `any` are two addresses each."""
    assert addresses_of(host) == addresses


@pytest.mark.parametrize("host", ["a" * 70 + ".test", "x" * 300])
def test_a_name_that_no_host_can_have(host: str):
    """A sentence too, not a stack trace from the resolver."""
    with pytest.raises(ConfigError, match=r"--smtp: cannot listen on x|--smtp: cannot listen on a"):
        bind([Bind(host, 0)], "localhost")
