"""From a domain to addresses, against a scripted DNS server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mailcatch.relay.lookup import Found, Own, look_up, look_up_host
from mailcatch.relay.recorder import Recorder
from mailcatch.relay.resolver import Resolver, Servers
from tests.lab.dns import ScriptedDns, Trouble

ZONE = """
two MX 20 b
two MX 10 a
a A 127.25.0.1
a AAAA 2001:db8::1
b A 127.25.0.2
implicit A 127.25.0.3
none MX 0 .
addressless MX 10 nothing
alias CNAME two
to-alias MX 10 other-name
other-name CNAME b
literal MX 10 127.25.0.9.
backup MX 10 a
backup MX 20 us
backup MX 30 b
us A 127.25.0.5
only MX 10 us
only MX 10 b
xn--bcher-kva MX 10 a
broken MX 10 servfail
half MX 10 servfail
half MX 20 b
"""
OWN = Own(frozenset({"us.by.name"}), frozenset({"127.25.0.5"}))


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedDns]:
    """Answer for x.test."""
    with ScriptedDns(("127.0.0.1", 0)) as running:
        running.add(ZONE, "x.test")
        running.add("named MX 10 Us.By.Name.", "x.test")
        running.disturb("down.x.test", Trouble(rcode="SERVFAIL"))
        running.disturb("servfail.x.test", Trouble(rcode="SERVFAIL"))
        yield running


def found(server: ScriptedDns, domain: str) -> tuple[Found, list[str]]:
    """Look up a domain; give what was found and the kinds of the events beside questions and answers."""
    recorder = Recorder()
    resolver = Resolver(Servers(("127.0.0.1",), server.address[1], rounds=1))
    result = asyncio.run(look_up(domain, resolver, recorder.note, OWN))
    return result, [event.kind for event in recorder.events if not event.kind.startswith("dns.")]


@pytest.mark.parametrize(
    ("domain", "dial", "kinds"),
    [
        ("two.x.test", ["2001:db8::1", "127.25.0.1", "127.25.0.2"], ["mx.order"]),
        ("TWO.X.test.", ["2001:db8::1", "127.25.0.1", "127.25.0.2"], ["mx.order"]),
        ("implicit.x.test", ["127.25.0.3"], ["mx.implicit"]),
        ("alias.x.test", ["2001:db8::1", "127.25.0.1", "127.25.0.2"], ["mx.cname", "mx.order"]),
        ("to-alias.x.test", ["127.25.0.2"], ["mx.order", "mx.cname"]),
        ("literal.x.test", ["127.25.0.9"], ["mx.order", "mx.literal"]),
        ("[127.25.0.7]", ["127.25.0.7"], []),
        ("[IPv6:2001:DB8::7]", ["2001:db8::7"], []),
        ("backup.x.test", ["2001:db8::1", "127.25.0.1"], ["mx.order", "mx.self"]),
        ("bücher.x.test", ["2001:db8::1", "127.25.0.1"], ["idna", "mx.order"]),
        ("half.x.test", ["127.25.0.2"], ["mx.order", "mx.noaddress"]),
    ],
)
def test_where_mail_goes(server: ScriptedDns, domain: str, dial: list[str], kinds: list[str]) -> None:
    """The addresses in the order in which they are dialled, and what is shown on the way."""
    result, shown = found(server, domain)
    assert ([address for _, address in result.dial], result.problem, shown) == (dial, None, kinds)


@pytest.mark.parametrize(
    ("domain", "state", "enhanced"),
    [
        ("missing.x.test", "failed", "5.1.2"),
        ("none.x.test", "failed", "5.1.10"),
        ("addressless.x.test", "failed", "5.4.4"),
        ("down.x.test", "deferred", "4.4.3"),
        ("broken.x.test", "deferred", "4.4.3"),
        ("only.x.test", "failed", "5.4.6"),
        ("named.x.test", "failed", "5.4.6"),
        ("no domain", "failed", "5.1.2"),
        ("", "failed", "5.1.2"),
    ],
)
def test_why_it_goes_nowhere(server: ScriptedDns, domain: str, state: str, enhanced: str) -> None:
    """There is nobody to dial, and the reason has a code."""
    result, _ = found(server, domain)
    assert result.dial == ()
    assert result.problem is not None
    assert (result.problem.state, result.problem.enhanced) == (state, enhanced)


def test_a_literal_asks_nobody(server: ScriptedDns) -> None:
    """An address needs no DNS."""
    before = len(server.queries)
    found(server, "[127.25.0.7]")
    assert server.queries[before:] == []


def test_a_host_is_looked_up_without_its_mx(server: ScriptedDns) -> None:
    """A smart host is a host: only addresses are asked for."""
    before = len(server.queries)
    resolver = Resolver(Servers(("127.0.0.1",), server.address[1], rounds=1))
    result = asyncio.run(look_up_host("b.x.test", resolver, Recorder().note))
    assert result.dial == (("b.x.test", "127.25.0.2"),)
    assert [query.kind for query in server.queries[before:]] == ["AAAA", "A"]
