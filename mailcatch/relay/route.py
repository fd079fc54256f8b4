"""Where mail for an address would go, without a connection: the rule, the DNS, and the guard on each address."""

from __future__ import annotations

from msgspec import Struct

from mailcatch.relay.guard import Guard
from mailcatch.relay.lookup import Found, Own, look_up, look_up_host
from mailcatch.relay.mx import Host, Problem
from mailcatch.relay.policy import Policy
from mailcatch.relay.recorder import Note, Recorder
from mailcatch.relay.resolver import Resolver
from mailcatch.trace import Decision, Route, RouteAddress, RouteHost

PORT = 25


class Way(Struct, frozen=True):
    """What decides where mail goes: the rules, the guard, who we are, and the port of the networks allowed by name.

    `smart_host` is the name and port of the one server that takes everything, where there is one.
    """

    policy: Policy
    guard: Guard
    own: Own
    mx_port: int = PORT
    smart_host: tuple[str, int] | None = None

    async def find(self, domain: str, resolver: Resolver, note: Note) -> Found:
        """Find the addresses that take mail for a domain: by its MX, or those of the smart host."""
        if self.smart_host is not None:
            return await look_up_host(self.smart_host[0], resolver, note)
        return await look_up(domain, resolver, note, self.own)

    def port_for(self, address: str) -> int:
        """Give the port of an address: the smart host's; else another than 25 only in a network allowed by name."""
        if self.smart_host is not None:
            return self.smart_host[1]
        return self.mx_port if self.guard.allows(address) else PORT


async def route(address: str, way: Way, resolver: Resolver) -> Route:
    """Say where mail for an address would go; a decision not to relay asks no DNS."""
    recorder = Recorder()
    decision = way.policy.decide(address)
    _note(decision, recorder)
    domain = decision.address.rpartition("@")[2]
    if decision.way != "relay":
        return Route(
            decision, domain, problem=decision.rule if decision.way != "local" else None, events=recorder.events
        )
    found = await way.find(domain, resolver, recorder.note)
    domain = found.domain if way.smart_host is None else domain
    hosts = tuple([_host(host, way) for host in found.hosts])
    problem = found.problem or _all_guarded(hosts)
    if problem is None:
        return Route(decision, domain, hosts, events=recorder.events)
    return Route(decision, domain, hosts, problem.text, problem.code, problem.enhanced, recorder.events)


def _note(decision: Decision, recorder: Recorder) -> None:
    redirected = decision.asked if decision.asked != decision.address else None
    recorder.note(
        "route.decision", address=decision.address, way=decision.way, rule=decision.rule, redirected=redirected
    )


def _host(host: Host, way: Way) -> RouteHost:
    addresses = []
    for address in host.addresses:
        port = way.port_for(address)
        addresses.append(RouteAddress(address, port, way.guard.refusal(address, port)))
    return RouteHost(host.mx.preference, host.mx.name, tuple(addresses), tuple([kind for kind, _ in host.facts]))


def _all_guarded(hosts: tuple[RouteHost, ...]) -> Problem | None:
    """Give the problem of a domain whose addresses must not be dialled, not one of them."""
    addresses = [address for host in hosts for address in host.addresses]
    if not addresses or any(address.guarded is None for address in addresses):
        return None
    why = ", ".join([f"{address.address} ({address.guarded})" for address in addresses[:3]])
    return Problem("failed", 550, "5.7.1", f"guarded: {why}; allow_networks in [relay] makes exceptions")
