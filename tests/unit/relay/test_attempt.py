"""One attempt, against scripted servers and a scripted DNS on loopback: every scenario that needs no network of its own."""

from __future__ import annotations

import asyncio
import errno
import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailcatch.relay import attempt as driver
from mailcatch.relay.answers import Answer, Mx
from mailcatch.relay.attempt import BLOCKED, Means, attempt
from mailcatch.relay.guard import Guard
from mailcatch.relay.lookup import Own
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.protocol import ask
from mailcatch.relay.recorder import Note, Recorder
from mailcatch.relay.resolver import Kind, Resolver, Servers
from mailcatch.relay.settings import DEV, Settings, SmartHost
from mailcatch.trace import AttemptResult, Order, OrderRecipient
from mailcatch.trace_text import text_of
from tests.lab.certificates import Certificates
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mail, Mta, Script
from tests.lab.scenarios import DEAD, REPLIES, ROUTING, TLS, US, Scenario, domain_of

PLAYED = [each for each in (*ROUTING, *REPLIES, *TLS) if DEAD not in each.zone and "2001:db8" not in each.zone]
QUICK = replace(DEV, connect=2.0, replies={"banner": 0.3, "mail": 2.0, "dot": 5.0, "quit": 0.2}, total=20.0)


class Stage:
    """A domain with its servers, all on one port of addresses of their own, and what the relay is told of them."""

    numbers = itertools.count(1)

    def __init__(self, dns: ScriptedDns, authority: Path, port: int, domain: str) -> None:
        self.dns, self.port, self.domain = dns, port, domain
        self.mtas: dict[str, Mta] = {}
        self.events: list[str] = []
        self.text = ""
        self.dots = 0
        self.settings = Settings(
            helo="home.test",
            policy=Policy(enabled=True, allow=(read_rule(f"@{domain}"),)),
            guard=Guard((ip_network("127.0.0.0/8"),)),
            own=Own(frozenset({"home.test"}), frozenset({US})),
            servers=Servers(("127.0.0.1",), dns.address[1], patience=0.5, rounds=1),
            timeouts=QUICK,
            ca_file=str(authority),
            mx_port=port,
        )

    def run(self, order: Order, settings: Settings | None = None, **options: object) -> AttemptResult:
        """Make one attempt."""
        used, recorder = settings or self.settings, Recorder()

        async def before_dot() -> None:
            self.dots += 1

        means = Means(Resolver(used.servers), recorder.note, before_dot)
        result = asyncio.run(attempt(order, used, means, **options))  # type: ignore[arg-type]
        self.events = [event.kind for event in recorder.events]
        self.text = text_of(recorder.events)
        return result

    def order(
        self, *users: str, content: bytes = b"Received: x\r\nSubject: hi\r\n\r\nbody\r\n", sender: str = "app@home.test"
    ) -> Order:
        """Make an order for users of the domain."""
        to = [OrderRecipient(number, f"{user}@{self.domain}") for number, user in enumerate(users, 1)]
        return Order("J", 1, self.domain, sender, tuple(to), content)


@pytest.fixture(scope="module")
def dns() -> Iterator[ScriptedDns]:
    with ScriptedDns(("127.0.0.1", 0)) as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextmanager
def staged(dns: ScriptedDns, certificates: Certificates, scenario: Scenario) -> Iterator[Stage]:
    """Have a scenario's servers listen for the length of a block."""
    domain = scenario.domain or domain_of(scenario.name)
    ascii_domain = domain.encode("idna").decode()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stage = Stage(dns, certificates.authority, port, domain)
    names = {name: f"127.25.70.{next(Stage.numbers) % 250 + 1}" for name in scenario.hosts}
    dns.forget(ascii_domain)
    dns.add("\n".join(f"{name} A {address}" for name, address in names.items()), ascii_domain)
    dns.add(scenario.zone.format(**names), ascii_domain)
    for name, trouble in scenario.trouble.items():
        dns.disturb(ascii_domain if name == "@" else f"{name}.{ascii_domain}", trouble)
    with ExitStack() as stack:
        for name, script in scenario.hosts.items():
            kind = script.certificate
            context = certificates.context(kind, f"{name}.{ascii_domain}") if kind else None
            stage.mtas[name] = stack.enter_context(Mta(names[name], script, context, port=port))
        yield stage


def outcome(result: AttemptResult, stage: Stage | None = None) -> dict[str, str]:
    """By user: the state, and the status, or the host that took it."""
    found = {}
    for each in result.results:
        user = each.address.partition("@")[0]
        took = [name for name, mta in (stage.mtas.items() if stage else ()) if any(_is_for(user, m) for m in mta.mails)]
        found[user] = f"{each.state} {took[-1] if each.state == 'sent' and took else each.enhanced}"
    return found


def _is_for(user: str, mail: Mail) -> bool:
    return any(user in recipient for recipient in mail.recipients)


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda each: each.name)
def test_scenario(dns: ScriptedDns, certificates: Certificates, scenario: Scenario):
    """Each recipient ends as it should, and the trace shows why."""
    with staged(dns, certificates, scenario) as stage:
        order = stage.order(*scenario.expect, content=b"Received: by us\r\n" + scenario.raw, sender=scenario.mail_from)
        got: dict[str, list[str]] = {user: [] for user in scenario.expect}
        shown = ""
        for number in range(scenario.attempts):
            result = stage.run(order)
            for user, state in outcome(result, stage).items():
                got[user].append(state)
            shown += stage.text + " ".join(stage.events)
            order = replace(order, attempt=number + 2, plain_allowed=result.tls_failed)
        touched = [name for name in scenario.untouched.split() if stage.mtas[name].talks]
    assert {user: ", ".join(states) for user, states in got.items()} == dict(scenario.expect)
    assert touched == []
    assert [piece for piece in scenario.shows if piece not in shown and piece != "retry.scheduled"] == []


ONE = Scenario("one")


def test_bytes_arrive_as_they_were(dns: ScriptedDns, certificates: Certificates):
    """Every octet, dots and 8-bit included; the end is announced before it is sent."""
    content = b"Received: x\r\n\r\n" + bytes(range(32, 256)) * 50 + b"\r\n.\r\n..x\r\n" + b"\xff\x00\r\n"
    with staged(dns, certificates, ONE) as stage:
        stage.run(stage.order("ann", content=content))
        assert [mail.raw for mail in stage.mtas["a"].mails] == [content]
        assert stage.dots == 1


def test_not_allowed_means_no_packet_and_no_question(dns: ScriptedDns, certificates: Certificates):
    """The rules may have changed since the job was made."""
    with staged(dns, certificates, Scenario("forbidden")) as stage:
        for policy in (Policy(enabled=True), Policy(), Policy(True, (read_rule("@x.test"),), (), "dev@x.test")):
            result = stage.run(stage.order("ann"), replace(stage.settings, policy=policy))
            assert outcome(result) == {"ann": "blocked 5.7.1"}
        assert (stage.mtas["a"].talks, dns.asked(stage.domain)) == ([], [])


def test_a_guarded_address_is_never_dialled(dns: ScriptedDns, certificates: Certificates):
    """What is not global and not allowed by name."""
    with staged(dns, certificates, Scenario("guarded")) as stage:
        result = stage.run(stage.order("ann"), replace(stage.settings, guard=Guard()))
        assert outcome(result) == {"ann": "failed 5.7.1"}
        assert "guard.blocked" in stage.events
        assert stage.mtas["a"].talks == []


def test_another_port_holds_in_allowed_networks_only(dns: ScriptedDns, certificates: Certificates):
    """Else mail goes to port 25, wherever the setting points."""
    with staged(dns, certificates, Scenario("ports")) as stage:
        assert stage.settings.way.port_for("127.0.0.1") == stage.port
        assert stage.settings.way.port_for("8.8.8.8") == 25


def test_our_own_listener_is_not_dialled(dns: ScriptedDns, certificates: Certificates):
    """Also where it listens on all addresses."""
    with staged(dns, certificates, Scenario("own")) as stage:
        own = stage.mtas["a"].address
        for listener in (own, ("0.0.0.0", own[1])):
            guard = Guard((ip_network("127.0.0.0/8"),), (listener,))
            bound = replace(stage.settings, guard=guard, bind=own[0])
            assert outcome(stage.run(stage.order("ann"), bound)) == {"ann": "failed 5.7.1"}
        assert stage.mtas["a"].mails == []


def test_a_smart_host_takes_everything(dns: ScriptedDns, certificates: Certificates):
    """No MX is asked for; its port is the configuration's."""
    with staged(dns, certificates, Scenario("smart")) as stage:
        host, port = stage.mtas["a"].address
        settings = replace(stage.settings, smart_host=SmartHost(host, port), mx_port=25)
        result = stage.run(stage.order("ann"), settings)
        assert [(each.state, each.mta) for each in result.results] == [("sent", host)]
        assert dns.asked(stage.domain) == []


def test_a_probe_brings_nothing(dns: ScriptedDns, certificates: Certificates):
    """It hears what the server says to the name."""
    with staged(dns, certificates, Scenario("probe", hosts={"a": Script(rcpt={"bob": "550 5.1.1 who"})})) as stage:
        assert stage.run(stage.order("ann"), talk=ask).results[0].enhanced == "2.1.5"
        assert outcome(stage.run(stage.order("bob"), talk=ask)) == {"bob": "failed 5.1.1"}
        assert (stage.mtas["a"].mails, stage.dots) == ([], 0)


def test_an_end_that_cannot_be_made_durable_is_not_sent(dns: ScriptedDns, certificates: Certificates):
    """The store failed: the message stays with us."""
    with staged(dns, certificates, Scenario("durable")) as stage:

        async def fail() -> None:
            raise OSError("the disk is full")

        means = Means(Resolver(stage.settings.servers), Recorder().note, fail)
        with pytest.raises(OSError, match="the disk is full"):
            asyncio.run(attempt(stage.order("ann"), stage.settings, means))
        assert stage.mtas["a"].mails == []


def test_the_whole_attempt_is_bounded(dns: ScriptedDns, certificates: Certificates):
    """A server that speaks just often enough does not hold it for ever."""
    with staged(dns, certificates, Scenario("slow", hosts={"a": Script(banner="")})) as stage:
        hurried = replace(stage.settings, timeouts=replace(QUICK, total=0.2, replies={"banner": 60.0, "mail": 60.0}))
        result = stage.run(stage.order("ann"), hurried)
        assert outcome(result) == {"ann": "deferred 4.4.2"}


def test_silence_on_port_25_is_the_networks(
    monkeypatch: pytest.MonkeyPatch, dns: ScriptedDns, certificates: Certificates
):
    """Said plainly, and not as the host's fault. The dialling is played: no address here keeps silent."""

    async def silent(self: object, address: str, port: int) -> None:
        raise TimeoutError

    monkeypatch.setattr("mailcatch.relay.attempt._Attempt._connect", silent)
    with staged(dns, certificates, Scenario("silent")) as stage:
        result = stage.run(stage.order("ann"), replace(stage.settings, mx_port=25))
        assert outcome(result) == {"ann": "deferred 4.4.1"}
        assert result.port_blocked
        assert BLOCKED in result.verdict
        other = stage.run(stage.order("ann"))
        assert not other.port_blocked  # not port 25


def test_having_no_ipv6_hides_no_blocked_port(
    monkeypatch: pytest.MonkeyPatch, dns: ScriptedDns, certificates: Certificates
):
    """Our own system refuses the one family and the network swallows the other; the dialling is played."""

    async def dialled(self: object, address: str, port: int) -> None:
        if ":" in address:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        raise TimeoutError

    monkeypatch.setattr(driver._Attempt, "_connect", dialled)
    scenario = Scenario("both", zone="@ MX 10 a\na AAAA 2606:4700::1111\n")
    with staged(dns, certificates, scenario) as stage:
        guard = Guard((ip_network("127.0.0.0/8"), ip_network("2606:4700::/32")))
        result = stage.run(stage.order("ann"), replace(stage.settings, guard=guard, mx_port=25))
        assert "AAAA" in stage.text
        assert result.port_blocked
        only = Scenario("one-family", zone="@ MX 10 c\nc AAAA 2606:4700::1111\n")
    with staged(dns, certificates, only) as stage:
        result = stage.run(stage.order("ann"), replace(stage.settings, guard=guard, mx_port=25))
        assert (outcome(result), result.port_blocked) == ({"ann": "deferred 4.4.1"}, False)


def test_time_that_was_cut_short_proves_no_blocked_port(
    monkeypatch: pytest.MonkeyPatch, dns: ScriptedDns, certificates: Certificates
):
    """The attempt was at its end, and nobody had time to answer."""

    async def silent(self: driver._Attempt, address: str, port: int) -> None:
        self._deadline = 0.0
        raise TimeoutError

    monkeypatch.setattr(driver._Attempt, "_connect", silent)
    with staged(dns, certificates, Scenario("cut")) as stage:
        assert not stage.run(stage.order("ann"), replace(stage.settings, mx_port=25)).port_blocked


def test_dns_takes_no_longer_than_the_attempt(dns: ScriptedDns, certificates: Certificates):
    """A zone can name many hosts that nobody answers for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute, staged(dns, certificates, ONE) as stage:
        mute.bind(("127.0.0.1", 0))
        servers = Servers(("127.0.0.1",), mute.getsockname()[1], patience=60.0)
        hurried = replace(stage.settings, servers=servers, timeouts=replace(QUICK, total=0.2))
        result = stage.run(stage.order("ann"), hurried)
    assert outcome(result) == {"ann": "deferred 4.4.3"}
    assert "DNS took longer than 0.2 s" in result.results[0].text


def test_a_smart_host_that_is_not_found_bounces_nothing(dns: ScriptedDns, certificates: Certificates):
    """Its name is the configuration's, and no recipient's fault."""
    with staged(dns, certificates, Scenario("astray")) as stage:
        settings = replace(stage.settings, smart_host=SmartHost("nowhere.test", 587))
        assert outcome(stage.run(stage.order("ann"), settings)) == {"ann": "deferred 4.4.4"}


@pytest.mark.parametrize("name", ["\\000" * 30, "-.x", "a b", "x" * 63])
def test_no_name_of_a_host_breaks_the_handshake(name: str, dns: ScriptedDns, certificates: Certificates):
    """DNS may hold names that no certificate has; TLS is then asked for without a name."""
    scenario = Scenario("named", hosts={"a": Script(certificate="good")})
    with staged(dns, certificates, scenario) as stage:

        class Named(Resolver):
            async def ask(self, asked: str, kind: Kind, note: Note) -> Answer:
                if kind == "MX":
                    return Answer(asked, "ok", (Mx(10, name),))
                own = (stage.mtas["a"].address[0],) if kind == "A" else ()
                return Answer(asked, "ok" if own else "empty", addresses=own)

        async def nothing() -> None: ...

        recorder = Recorder()
        means = Means(Named(stage.settings.servers), recorder.note, nothing)
        result = asyncio.run(attempt(stage.order("ann"), stage.settings, means))
    assert [each.state for each in result.results] == ["sent"]
    assert "tls.open" in [event.kind for event in recorder.events]


def test_a_domain_that_was_written_in_unicode_is_shown_as_it_was(dns: ScriptedDns, certificates: Certificates):
    """A queue orders by A-labels; the trace says which domain that was."""
    with staged(dns, certificates, Scenario("bücher", domain="xn--bcher-kva.test")) as stage:
        to = (OrderRecipient(1, "ann@bücher.test"),)
        stage.run(Order("J", 1, stage.domain, "app@home.test", to, b"Subject: hi\r\n\r\nbody\r\n"))
        assert "idna" in stage.events
        assert [mail.recipients for mail in stage.mtas["a"].mails] == [("ann@xn--bcher-kva.test",)]
