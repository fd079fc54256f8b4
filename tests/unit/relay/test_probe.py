"""A probe, against scripted servers and a scripted DNS on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from mailcatch.relay.guard import Guard
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.probe import probe
from mailcatch.relay.resolver import Resolver, Servers
from mailcatch.relay.settings import Settings
from mailcatch.trace import ProbeResult
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script

UNKNOWN = Script(rcpt={"bob": "550 5.1.1 No such user", "cid": "450 4.2.0 Later"})


@pytest.fixture
def mta() -> Iterator[Mta]:
    """Run a server that knows ann."""
    with Mta("127.0.0.1", UNKNOWN, port=0) as running:
        yield running


def probed(mta: Mta, address: str, *, port: int | None = None) -> tuple[ProbeResult, ScriptedDns]:
    """Probe an address of x.test, whose MX is that server."""
    with ScriptedDns(("127.0.0.1", 0)) as dns:
        dns.add("@ MX 10 mx\nmx A 127.0.0.1", "x.test")
        settings = Settings(
            helo="home.test",
            policy=Policy(enabled=True, allow=(read_rule("@x.test"),)),
            guard=Guard((ip_network("127.0.0.0/8"),)),
            servers=Servers(("127.0.0.1",), dns.address[1], rounds=1),
            mx_port=port or mta.address[1],
        )
        return asyncio.run(probe(address, settings, Resolver(settings.servers))), dns


@pytest.mark.parametrize(
    ("address", "state", "verdict"),
    [
        ("ann@x.test", "queued", "mx.x.test would take mail for ann@x.test"),
        ("bob@x.test", "failed", "mx.x.test refuses mail for bob@x.test: 5.1.1 No such user"),
        ("cid@x.test", "deferred", "mx.x.test puts off mail for cid@x.test: 4.2.0 Later"),
    ],
)
def test_what_a_server_says_to_a_name(mta: Mta, address: str, state: str, verdict: str) -> None:
    """The route, the server's word and the whole dialogue; MAIL, RCPT, RSET, QUIT, and never DATA."""
    result, _ = probed(mta, address)
    assert result.result is not None
    assert (result.result.state, result.verdict) == (state, verdict)
    assert result.route.hosts[0].name == "mx.x.test"
    assert [line.partition(" ")[0] for line in mta.talks[0].lines] == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert mta.mails == []
    assert {"tcp.open", "smtp.c", "smtp.s", "rcpt.result", "verdict"} <= {event.kind for event in result.events}


def test_who_is_not_allowed_is_not_asked_about(mta: Mta) -> None:
    """No connection, no question to the DNS."""
    result, dns = probed(mta, "ann@other.test")
    assert (result.result, mta.talks, dns.queries) == (None, [], [])
    assert result.verdict == "not asked: no rule of relay.allow matches"


def test_nobody_listens(mta: Mta) -> None:
    """What the network says stands in the verdict."""
    with Mta("127.0.0.1", Script(), port=0) as gone:
        port = gone.address[1]
    result, _ = probed(mta, "ann@x.test", port=port)
    assert result.result is not None
    assert (result.result.state, result.result.enhanced) == ("deferred", "4.4.1")
    assert "could be reached" in result.verdict
