"""Which addresses may be dialled. Pure: an address in, the reason against it out.

A name of the world's DNS may lead to the machine itself, to its network, or to a cloud's metadata service. So whatever
DNS says is looked at once more, in the form in which it is dialled, and only what is global passes; `allow_networks`
names exceptions. Python's `is_global` is no help: it calls multicast and several embedded addresses global.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_V4 = tuple(
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
"""RFC 6890 and IANA's registry of special addresses."""

_V6 = tuple(
    (ip_network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("2001::/23", "reserved"),
        ("64:ff9b:1::/48", "private"),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


class Guard(Struct, frozen=True):
    """The rules of one process. `own` are (address, port) of its listeners; an unspecified address is each."""

    allow_networks: tuple[Network, ...] = ()
    own: tuple[tuple[str, int], ...] = ()

    def refusal(self, address: str, port: int, *, local: Iterable[str] = ()) -> str | None:
        """Say why an address must not be dialled, None if it may be. `local` are addresses that this machine has."""
        try:
            dialled = ip_address(address.partition("%")[0])
        except ValueError:
            return "not an address"
        if self._is_own(dialled, port, local):
            return "our own listener"
        if self.allows(address):
            return None
        return next(filter(None, map(_special, _forms(dialled))), None)

    def allows(self, address: str) -> bool:
        """Tell whether an address lies in a network that is allowed by name."""
        try:
            dialled = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(dialled in network for network in self.allow_networks if network.version == dialled.version)

    def _is_own(self, dialled: Address, port: int, local: Iterable[str]) -> bool:
        here = set(_forms(dialled))
        ours = {ip_address(each) for each in local}
        for own, own_port in self.own:
            listening = ip_address(own)
            everywhere = listening.is_unspecified and (here & ours or any(each.is_loopback for each in here))
            if own_port == port and (listening in here or everywhere):
                return True
        return False


def _forms(address: Address) -> Iterator[Address]:
    """Yield an address and those that are written within it: what a translator on the way would make of it."""
    yield address
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64 or address in _COMPATIBLE:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def _special(address: Address) -> str | None:
    table = _V4 if isinstance(address, IPv4Address) else _V6
    for network, why in table:
        if address in network:
            return why
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return "not global" if address not in _NAT64 else None
    return None
