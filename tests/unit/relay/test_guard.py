"""Which addresses may be dialled."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.relay.guard import Guard


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.25.66.1", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "shared by a carrier"),
        ("100.127.255.255", "shared by a carrier"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("233.252.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("240.0.0.1", "reserved"),
        ("192.0.0.8", "reserved"),
        ("192.88.99.1", "reserved"),
        ("198.18.0.1", "for benchmarks"),
        ("192.0.2.1", "for documentation"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("fd00::1", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "for documentation"),
        ("3fff::1", "for documentation"),
        ("5f00::1", "not global"),
        ("::ffff:10.0.0.1", "not global"),
        ("::ffff:8.8.8.8", "not global"),
        ("::10.0.0.1", "not global"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("64:ff9b:1::1", "private"),
        ("2002:a00:1::1", "private"),
        ("2002:7f00:1::", "loopback"),
        ("2001:0:a00:1::1", "reserved"),
        ("localhost", "not an address"),
        ("", "not an address"),
        ("010.0.0.1", "not an address"),
        ("0x7f.1", "not an address"),
        ("2130706433", "not an address"),
    ],
)
def test_what_is_not_global_is_refused(address: str, why: str):
    """Also where another address is written within it."""
    assert Guard().refusal(address, 25) == why


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_what_is_global_passes(address: str):
    """Nothing else stands in the way."""
    assert Guard().refusal(address, 25) is None


def test_networks_are_allowed_by_name():
    """Only those, and only in the form in which they are written."""
    guard = Guard((ip_network("127.0.0.0/8"), ip_network("fd00::/8")))
    assert guard.refusal("127.0.0.2", 2525) is None
    assert guard.refusal("fd00::1", 25) is None
    assert guard.refusal("10.0.0.1", 25) == "private"
    assert guard.refusal("64:ff9b::127.0.0.1", 25) == "loopback"


def test_our_own_listener_is_never_dialled():
    """Not even in an allowed network: the mail would go in a circle."""
    guard = Guard((ip_network("127.0.0.0/8"),), (("127.0.0.1", 25), ("::", 2525)))
    assert guard.refusal("127.0.0.1", 25) == "our own listener"
    assert guard.refusal("::ffff:127.0.0.1", 25) == "our own listener"
    assert guard.refusal("127.0.0.1", 26) is None
    assert guard.refusal("127.0.0.1", 2525) == "our own listener"
    assert guard.refusal("127.0.0.77", 2525) == "our own listener"
    assert guard.refusal("203.0.113.5", 2525, local=["203.0.113.5"]) == "our own listener"


@given(st.ip_addresses(v=6, network="2000::/3") | st.ip_addresses(v=4))
def test_what_passes_is_global_to_python_too(address: object):
    """Python's own table is laxer in places, never stricter."""
    import ipaddress

    if Guard().refusal(str(address), 25) is None:
        assert ipaddress.ip_address(str(address)).is_global


@given(st.text())
def test_no_text_raises(text: str):
    """What is no address is refused."""
    assert isinstance(Guard((ip_network("0.0.0.0/0"),)).refusal(text, 25), str | None)
