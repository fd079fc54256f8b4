"""Rule and DNS of an address, without a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from mailcatch.relay.guard import Guard
from mailcatch.relay.lookup import Own
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.resolver import Resolver, Servers
from mailcatch.relay.route import Way, route
from mailcatch.trace import Route
from tests.lab.dns import ScriptedDns

ZONE = """
x MX 10 a.x
a.x A 127.25.0.1
near MX 10 a.near
a.near A 10.0.0.1
a.near A 192.168.0.1
either MX 10 a.near
either MX 20 a.x
"""
POLICY = Policy(enabled=True, allow=(read_rule("*.test"),), local_domains=frozenset({"local.test"}))
GUARD = Guard((ip_network("127.25.0.0/16"),))


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedDns]:
    """Answer for a few domains."""
    with ScriptedDns(("127.0.0.1", 0)) as running:
        running.add(ZONE, "test")
        yield running


def routed(server: ScriptedDns, address: str, policy: Policy = POLICY) -> Route:
    """Route an address."""
    resolver = Resolver(Servers(("127.0.0.1",), server.address[1], rounds=1))
    return asyncio.run(route(address, Way(policy, GUARD, Own(), 2525), resolver))


def test_a_way_with_hosts_addresses_and_ports(server: ScriptedDns) -> None:
    """The rule, the host, its address, and the port that holds in a network allowed by name."""
    found = routed(server, "ann@x.test")
    assert (found.decision.rule, found.domain, found.problem) == ("relay.allow *.test", "x.test", None)
    (host,) = found.hosts
    assert [(each.address, each.port, each.guarded) for each in host.addresses] == [("127.25.0.1", 2525, None)]
    assert [event.kind for event in found.events][:3] == ["route.decision", "dns.query", "dns.answer"]


def test_guarded_addresses_are_shown_with_the_reason(server: ScriptedDns) -> None:
    """Port 25 outside the named networks; nothing would be dialled, so it would fail."""
    found = routed(server, "ann@near.test")
    assert {(each.address, each.port, each.guarded) for each in found.hosts[0].addresses} == {
        ("10.0.0.1", 25, "private"),
        ("192.168.0.1", 25, "private"),
    }
    assert (found.code, found.enhanced) == (550, "5.7.1")
    assert "allow_networks" in str(found.problem)


def test_one_open_address_is_enough(server: ScriptedDns) -> None:
    """A guarded host beside an open one is no problem."""
    assert routed(server, "ann@either.test").problem is None


def test_what_dns_says_is_the_problem(server: ScriptedDns) -> None:
    """A domain that is not there: the code that a recipient would get."""
    found = routed(server, "ann@missing.test")
    assert (found.code, found.enhanced) == (550, "5.1.2")


@pytest.mark.parametrize(
    ("address", "policy", "problem"),
    [
        ("ann@x.example", POLICY, "no rule of relay.allow matches"),
        ("ann@x.test", Policy(), "relay.enabled is off"),
        ("ann@local.test", POLICY, None),
        ("nobody", POLICY, "not an address with a domain"),
    ],
)
def test_who_is_not_relayed_is_not_asked_about(
    server: ScriptedDns, address: str, policy: Policy, problem: str | None
) -> None:
    """Without a rule that allows it, and for local domains, no DNS server hears a question."""
    before = len(server.queries)
    found = routed(server, address, policy)
    assert (found.hosts, found.problem) == ((), problem)
    assert server.queries[before:] == []


def test_a_smart_host_is_the_way_of_everybody(server: ScriptedDns) -> None:
    """Its port is the configuration's; the domain's MX is not asked for, and the guard judges it like others."""
    resolver = Resolver(Servers(("127.0.0.1",), server.address[1], rounds=1))
    before = len(server.queries)
    way = Way(POLICY, GUARD, Own(), 2525, ("a.x.test", 587))
    found = asyncio.run(route("ann@near.test", way, resolver))
    assert (found.domain, found.problem) == ("near.test", None)
    assert [(host.name, [(each.address, each.port) for each in host.addresses]) for host in found.hosts] == [
        ("a.x.test", [("127.25.0.1", 587)])
    ]
    assert {event.data["name"] for event in found.events if event.kind == "dns.query"} == {"a.x.test"}
    assert len(server.queries) == before + 2
