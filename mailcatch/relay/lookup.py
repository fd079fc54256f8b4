"""From a domain to the addresses that are dialled for it: all questions to the DNS, with what is odd about the answers.

The addresses are not yet judged: who dials one asks the guard about that very address.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from ipaddress import ip_address

from msgspec import Struct

from mailcatch.relay.answers import Answer, Mx
from mailcatch.relay.domains import BadDomain, address_in, ascii_domain
from mailcatch.relay.mx import Fact, Host, Problem, Selection, Shuffle, host_of, plan, select, without_us
from mailcatch.relay.recorder import Note
from mailcatch.relay.resolver import Resolver

AT_ONCE = 4
"""Hosts whose addresses are asked for at one time."""


class Own(Struct, frozen=True):
    """Who we are: names as A-labels, and the addresses on which we take mail at the port that mail is sent to."""

    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def is_name(self, name: str) -> bool:
        """Tell whether a host's name is ours."""
        return name.lower().rstrip(".") in self.names

    def has_any(self, addresses: Iterable[str]) -> bool:
        """Tell whether one of some addresses is ours."""
        return any(str(ip_address(each)) in self.addresses for each in addresses)


class Found(Struct, frozen=True):
    """Where mail for a domain goes: its hosts in their order, and `dial`: (host, address), at most five.

    `domain` is the A-label that was asked for; `problem` says why mail goes nowhere, and then `dial` is empty.
    """

    domain: str
    hosts: tuple[Host, ...] = ()
    dial: tuple[tuple[str, str], ...] = ()
    problem: Problem | None = None


async def look_up(domain: str, resolver: Resolver, note: Note, own: Own, shuffle: Shuffle = random.shuffle) -> Found:
    """Find the hosts that take mail for a domain (RFC 5321 §5.1). Raises nothing: what goes wrong is the problem."""
    try:
        name = ascii_domain(domain)
    except BadDomain as error:
        return Found(domain, problem=Problem("failed", 553, "5.1.2", str(error)))
    if not domain.isascii():
        note("idna", domain=domain, ascii=name)
    if (address := address_in(name)) is not None:
        return _planned(name, (Host(Mx(0, address), (address,)),))
    answer = await resolver.ask(name, "MX", note)
    selection = select(name, answer, shuffle, own.is_name)
    _tell(selection.facts, note)
    if selection.problem is not None:
        return Found(name, problem=selection.problem)
    hosts = await _addresses(selection, resolver, note)
    return _without_our_addresses(name, selection, hosts, note, own)


async def look_up_host(name: str, resolver: Resolver, note: Note) -> Found:
    """Find the addresses of one host, as a smart host is: its MX is nobody's concern.

    Where it is not found, mail is put off and never fails: the name is our configuration's, no recipient's fault.
    """
    host = await _host(Mx(0, name), resolver, note)
    _tell(host.facts, note)
    if host.addresses:
        return _planned(name, (host,))
    why = host.failed or "it has no address"
    return Found(name, (host,), problem=Problem("deferred", 451, "4.4.4", f"the smart host {name} is not found: {why}"))


async def _addresses(selection: Selection, resolver: Resolver, note: Note) -> tuple[Host, ...]:
    """Ask for the addresses of all hosts, both families."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(mx: Mx) -> Host:
        async with gate:
            return await _host(mx, resolver, note)

    hosts = await asyncio.gather(*[ask(mx) for mx in selection.hosts])
    for host in hosts:
        _tell(host.facts, note)
    return tuple(hosts)


async def _host(mx: Mx, resolver: Resolver, note: Note) -> Host:
    literal = host_of(mx, ())
    return literal if literal.addresses else host_of(mx, await _both_families(mx.name, resolver, note))


async def _both_families(name: str, resolver: Resolver, note: Note) -> tuple[Answer, Answer]:
    """Ask for AAAA and A; a name that does not exist is asked about once."""
    first = await resolver.ask(name, "AAAA", note)
    if first.status == "nxdomain":
        return first, first
    return first, await resolver.ask(name, "A", note)


def _without_our_addresses(name: str, selection: Selection, hosts: tuple[Host, ...], note: Note, own: Own) -> Found:
    """Drop the hosts that are us under another name, and those that are no better."""
    ours = {host.mx.name for host in hosts if own.has_any(host.addresses)}
    left = without_us(name, Selection(selection.hosts), lambda each: each in ours)
    _tell(left.facts, note)
    if left.problem is not None:
        return Found(name, hosts, problem=left.problem)
    return _planned(name, tuple([host for host in hosts if host.mx in left.hosts]))


def _planned(name: str, hosts: tuple[Host, ...]) -> Found:
    dial, problem = plan(name, hosts)
    return Found(name, hosts, dial, problem)


def _tell(facts: Iterable[Fact], note: Note) -> None:
    for kind, data in facts:
        note(kind, **data)
