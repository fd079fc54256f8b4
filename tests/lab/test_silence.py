"""Where mail must not go, nothing goes: no connection, no packet, no question to the DNS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.resolver import Resolver
from mailcatch.relay.route import route
from mailcatch.relay.settings import Settings
from tests.lab.dns import ScriptedDns
from tests.lab.driving import SETTINGS, Journey
from tests.lab.mta import Mta, Script
from tests.lab.namespace import FORBIDDEN, PUBLIC
from tests.lab.relaying import Relaying
from tests.lab.scenarios import PLAIN

HOST = "127.25.67.1"
NEAR = "127.0.0.1"
COUNTED = {"Udp": "OutDatagrams", "Tcp": "ActiveOpens"}


def counted() -> dict[str, int]:
    """Give the kernel's own counts of what left any process of this network: datagrams and connections."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines()]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    tables = {names[0][:-1]: dict(zip(names, numbers, strict=True)) for names, numbers in pairs}
    return {name: int(tables[name][column]) for name, column in COUNTED.items()}


@contextmanager
def silence(dns: ScriptedDns) -> Iterator[None]:
    """Prove that within a block no datagram is sent and no connection begun, and that no server hears of it."""
    with Mta(HOST, Script()) as mta:
        asked, before = len(dns.queries), counted()
        yield
        assert counted() == before
        assert (dns.queries[asked:], mta.talks) == ([], [])


def allowing(*rules: str, **policy: object) -> Settings:
    """Give the lab's settings with another policy."""
    made = Policy(enabled=True, allow=tuple(map(read_rule, rules)))
    return replace(SETTINGS, policy=replace(made, **policy))


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        (allowing("*.test", enabled=False), "blocked"),
        (allowing("@other.test"), "blocked"),
        (allowing("*.test", deny=(read_rule("ann@silent.test"),)), "blocked"),
        (allowing("@silent.test", redirect_to="dev@rewritten.test"), "blocked"),
        (allowing("*.test", local_domains=frozenset({"silent.test"})), "blocked"),
    ],
    ids=["relay off", "not allowed", "denied", "not allowed after the rewrite", "a local domain"],
)
def test_nothing_is_sent(settings: Settings, state: str, dns: ScriptedDns) -> None:
    """An attempt and a look at the route decide by the rules alone."""
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "silent.test")
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "rewritten.test")
    journey = Journey("app@home.test", "silent.test", ("ann@silent.test",), PLAIN, settings)
    with silence(dns):
        (result,) = journey.attempt().values()
        found = asyncio.run(route("ann@silent.test", settings.way, Resolver(settings.servers)))
    assert (result.state, result.enhanced, found.hosts) == (state, "5.7.1", ())


def test_silence_is_broken_by_a_mail_that_goes(dns: ScriptedDns) -> None:
    """What proves silence notices one allowed mail."""
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "silent.test")
    with pytest.raises(AssertionError), silence(dns):
        Journey("app@home.test", "silent.test", ("ann@silent.test",), PLAIN).attempt()


@pytest.mark.parametrize("address", [NEAR, *FORBIDDEN])
@pytest.mark.parametrize("literal", [False, True], ids=["by name", "as a literal"])
def test_guarded_addresses(address: str, dns: ScriptedDns, *, literal: bool) -> None:
    """An MX that points into this machine or its network is not connected to, though it would answer."""
    domain = f"points-to-{address.replace('.', '-')}-{literal}.test"
    dns.add(f"@ MX 10 {address}." if literal else f"@ MX 10 mx\nmx A {address}", domain)
    journey = Journey("app@home.test", domain, (f"ann@{domain}",), PLAIN)
    with Mta(address, Script()) as mta:
        connections = counted()["Tcp"]
        (result,) = journey.attempt().values()
        assert (mta.talks, counted()["Tcp"]) == ([], connections)
    assert (result.state, result.enhanced) == ("failed", "5.7.1")
    assert "guard.blocked" in journey.kinds
    assert address in journey.text


def test_a_guarded_host_is_passed_over(dns: ScriptedDns) -> None:
    """The next host gets the mail; the guarded one is not connected to."""
    dns.add(f"@ MX 10 near\n@ MX 20 mx\nnear A {NEAR}\nmx A {HOST}", "passed-over.test")
    journey = Journey("app@home.test", "passed-over.test", ("ann@passed-over.test",), PLAIN)
    with Mta(NEAR, Script()) as near, Mta(HOST, Script()):
        (result,) = journey.attempt().values()
        assert near.talks == []
    assert result.state == "sent"


@pytest.mark.parametrize(("address", "port"), [("127.25.67.2", 2525), (PUBLIC, 25)], ids=["allowed", "the internet"])
def test_mx_port(address: str, port: int, dns: ScriptedDns) -> None:
    """Another port than 25 is for the networks that were allowed by name; elsewhere it is 25."""
    dns.add(f"@ MX 10 mx\nmx A {address}", f"port-{port}.test")
    settings = replace(SETTINGS, mx_port=2525, bind=None)
    with Mta(address, Script(), port=port) as mta:
        Journey("app@home.test", f"port-{port}.test", (f"ann@port-{port}.test",), PLAIN, settings).attempt()
        assert len(mta.mails) == 1


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (("--no-relay",), {}),
        ((), {"enabled": False}),
        ((), {"allow": ["@other.test"]}),
        ((), {"deny": ["@silent.test"]}),
        ((), {"allow": ["@silent.test"], "redirect_to": "dev@rewritten.test"}),
        (("--local-domain", "silent.test"), {}),
    ],
    ids=["off by option", "off by file", "not allowed", "denied", "not allowed after the rewrite", "a local domain"],
)
def test_the_program_sends_nothing(options: tuple[str, ...], settings: dict[str, object], dns: ScriptedDns) -> None:
    """A mail comes in and stays: from its arrival to the end of the process nothing leaves but the test's own requests.

    Stopped in order, the process has done all that it was going to do.
    """
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "silent.test")
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "rewritten.test")
    with Mta(HOST, Script()) as mta:
        asked, before = len(dns.queries), counted()
        with Relaying(*options, **settings) as running:
            id = running.send("app@home.test", ["ann@silent.test"], PLAIN)
            states = [each["state"] for each in running.path(id)["recipients"]]
            refused, _ = running.ask("POST", f"/v1/messages/{id}/release", {"to": ["ann@silent.test"]})
            assert running.sink.stop() == 0
        assert (dns.queries[asked:], mta.talks) == ([], [])
    own = {"Udp": 0, "Tcp": 3}  # SMTP, the path, the release
    assert {name: number - before[name] for name, number in counted().items()} == own
    assert (states, refused) == (["stored"], 409)
