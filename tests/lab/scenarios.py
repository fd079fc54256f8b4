"""What can happen to a mail on its way, as data: a domain, its servers, and what becomes of each recipient.

Each scenario is run by mailcatch and by Postfix. An outcome is `sent HOST`, `failed CODE` or `deferred CODE`; where there
is more than one attempt, one for each: `deferred 4.2.0, sent a`. Hosts are called by letters; each has an address of its
own, on which its script listens on port 25, and is `a.DOMAIN`.
"""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.lab.certificates import Certificates
from tests.lab.dns import ScriptedDns, Trouble
from tests.lab.mta import Mta, Script
from tests.lab.postfix import RECEIVER_CERTIFICATES, RECEIVERS

DEAD = "198.51.100"
"""Hosts of this network never answer."""

NOBODY = "127.25.66.254"
"""A host without a server: connections are refused."""

US = "127.25.0.1"
PLAIN = b"From: app@home.test\r\nTo: you\r\nSubject: hello\r\nMessage-ID: <one@home.test>\r\n\r\nworld\r\n"
DOTS = (
    b"From: app@home.test\r\nSubject: dots\r\nMessage-ID: <dots@home.test>\r\n\r\n"
    b"one\n.\nMAIL FROM:<evil@home.test>\r\n\r.\rtwo\r\n..\r\nend\r\n"
)
UNKNOWN = "550 5.1.1 No such user"


@dataclass(frozen=True)
class Scenario:
    """One domain and what happens there."""

    name: str
    expect: Mapping[str, str] = field(default_factory=lambda: {"ann": "sent a"})
    """By recipient: outcomes, one for each attempt."""

    zone: str = "@ MX 10 a"
    hosts: Mapping[str, Script] = field(default_factory=lambda: {"a": Script()})
    """Servers that listen; what the zone names beside them is dead."""

    trouble: Mapping[str, Trouble] = field(default_factory=dict)
    """What is wrong with the DNS of a name; `@` is the domain."""

    untouched: str = ""
    """Hosts that nobody may connect to."""

    shows: tuple[str, ...] = ()
    """Kinds of trace events that mailcatch notes, and pieces of their text."""

    raw: bytes = PLAIN
    mail_from: str = "app@home.test"
    domain: str = ""

    @property
    def attempts(self) -> int:
        """How many attempts are looked at."""
        return max(outcome.count(",") + 1 for outcome in self.expect.values())


def both(first: Script | None = None, second: Script | None = None) -> Mapping[str, Script]:
    """Give two servers."""
    return {"a": first or Script(), "b": second or Script()}


TWO = "@ MX 10 a\n@ MX 20 b"
ASCII_ONLY = Script(extensions=("PIPELINING", "8BITMIME"))

ROUTING = (
    Scenario("first of two is up", zone=TWO, hosts=both(), untouched="b", shows=("mx.order",)),
    Scenario(
        "first of two refuses", {"ann": "sent b"}, f"{TWO}\na A {NOBODY}", {"b": Script()}, shows=("tcp.fail", "next")
    ),
    Scenario(
        "first of two times out",
        {"ann": "sent b"},
        f"@ MX 10 dead\n@ MX 20 b\ndead A {DEAD}.1",
        {"b": Script()},
        shows=("tcp.fail", "next"),
    ),
    Scenario("implicit MX", zone="@ A {a}", shows=("mx.implicit",)),
    Scenario("null MX", {"ann": "failed 5.1.10"}, "@ MX 0 .\n@ A {a}", untouched="a", shows=("mx.null",)),
    Scenario("no such domain", {"ann": "failed 5.1.2"}, "", {}),
    Scenario(
        "MX without address",
        {"ann": "failed 5.4.4"},
        "@ MX 10 nothing\n@ A {a}",
        untouched="a",
        shows=("mx.noaddress",),
    ),
    Scenario(
        "SERVFAIL",
        {"ann": "deferred 4.4.3"},
        trouble={"@": Trouble(rcode="SERVFAIL", error=(22, "all servers of home are down"))},
        untouched="a",
        shows=("all servers of home are down",),
    ),
    Scenario("lame delegation", {"ann": "deferred 4.4.3"}, trouble={"@": Trouble(lame=True)}, untouched="a"),
    Scenario("REFUSED", {"ann": "deferred 4.4.3"}, trouble={"@": Trouble(rcode="REFUSED")}, untouched="a"),
    Scenario("DNS is silent", {"ann": "deferred 4.4.3"}, trouble={"@": Trouble(silent=True)}, untouched="a"),
    Scenario("DNS answers late", trouble={"@": Trouble(delay=0.3)}),
    Scenario("answer too long for UDP", trouble={"@": Trouble(truncated=True)}),
    Scenario("domain is an alias", zone="@ CNAME real\nreal MX 10 a", shows=("mx.cname",)),
    Scenario("MX is an alias", zone="@ MX 10 alias\nalias CNAME a", shows=("mx.cname",)),
    Scenario("MX is an address", zone="@ MX 10 {a}.", shows=("mx.literal",)),
    Scenario("only MX is us", {"ann": "failed 5.4.6"}, f"@ MX 10 us\nus A {US}", {}, shows=("mx.self",)),
    Scenario(
        "we are backup, primary is dead",
        {"ann": "deferred 4.4.1"},
        f"@ MX 10 a\n@ MX 20 us\n@ MX 30 b\na A {NOBODY}\nus A {US}",
        {"b": Script()},
        untouched="b",
        shows=("mx.self",),
    ),
    Scenario("AAAA unreachable, A fine", zone="@ MX 10 a\na AAAA 2001:db8::25"),
)

REPLIES = (
    Scenario(
        "unknown user, second MX up", {"ann": "failed 5.1.1"}, TWO, both(Script(rcpt={"ann": UNKNOWN})), untouched="b"
    ),
    Scenario(
        "450 on all",
        {"ann": "deferred 4.2.0"},
        TWO,
        both(Script(rcpt={"ann": "450 4.2.0 Not now"}), Script(rcpt={"ann": "450 4.2.0 Not now"})),
        shows=("next",),
    ),
    Scenario("greylisting", {"ann": "deferred 4.2.0, sent a"}, hosts={"a": Script(greylist=1)}),
    Scenario(
        "452 at MAIL, second MX up", {"ann": "sent b"}, TWO, both(Script(mail="452 4.3.1 Disk full")), shows=("next",)
    ),
    Scenario(
        "ok, 550, 452, 551 in one mail",
        {"ann": "sent a", "bob": "failed 5.1.1", "cid": "deferred 4.2.2", "dan": "failed 5.1.6"},
        hosts={"a": Script(rcpt={"bob": UNKNOWN, "cid": "452 4.2.2 Mailbox full", "dan": "551 5.1.6 Moved"})},
    ),
    Scenario(
        "too many recipients",
        {"ann": "sent a", "bob": "sent a", "cid": "sent a"},
        hosts={"a": Script(limit=2)},
    ),
    Scenario(
        "554 banner, second MX up", {"ann": "sent b"}, TWO, both(Script(banner="554 5.3.2 Not you")), shows=("next",)
    ),
    Scenario("554 banner everywhere", {"ann": "deferred 4.3.2"}, hosts={"a": Script(banner="554 5.3.2 Not you")}),
    Scenario(
        "421 banner, second MX up", {"ann": "sent b"}, TWO, both(Script(banner="421 4.3.2 Closing")), shows=("next",)
    ),
    Scenario("421 at RCPT", {"ann": "deferred 4.3.2"}, hosts={"a": Script(rcpt={"ann": "421 4.3.2 Closing"})}),
    Scenario("EHLO refused", hosts={"a": Script(ehlo="502 5.5.2 What?")}),
    Scenario("no banner", {"ann": "deferred 4.4.2"}, hosts={"a": Script(banner="")}),
    Scenario(
        "550 at the dot, second MX up", {"ann": "failed 5.7.1"}, TWO, both(Script(dot="550 5.7.1 Spam")), untouched="b"
    ),
    Scenario("451 at the dot, second MX up", {"ann": "sent b"}, TWO, both(Script(dot="451 4.3.0 Later"))),
    Scenario("550 at DATA", {"ann": "failed 5.7.1"}, hosts={"a": Script(data="550 5.7.1 No")}),
    Scenario("slow final reply", hosts={"a": Script(slow=3.0)}, shows=("3.0 s",)),
    Scenario(
        "drop inside DATA, second MX up", {"ann": "deferred 4.4.2"}, TWO, both(Script(drop="data")), untouched="b"
    ),
    Scenario(
        "drop after the dot, second MX up", {"ann": "deferred 4.4.2"}, TWO, both(Script(drop="dot")), untouched="b"
    ),
    Scenario("over SIZE", {"ann": "failed 5.3.4"}, hosts={"a": Script(extensions=("SIZE 50", "PIPELINING"))}),
    Scenario(
        "MX times out everywhere",
        {"ann": "deferred 4.4.1"},
        f"@ MX 10 x\nx A {DEAD}.2",
        {},
        shows=("your network blocks port 25",),
    ),
    Scenario("nobody listens", {"ann": "deferred 4.4.1"}, hosts={}, zone=f"@ MX 10 x\nx A {NOBODY}"),
    Scenario(
        "empty reverse-path fails", {"ann": "failed 5.1.1"}, hosts={"a": Script(rcpt={"ann": UNKNOWN})}, mail_from=""
    ),
    Scenario("dots on lines of their own", raw=DOTS),
    Scenario("non-ASCII local part, ASCII-only server", {"jürgen": "failed 5.6.7"}, hosts={"a": ASCII_ONLY}),
    Scenario("non-ASCII local part, SMTPUTF8", {"jürgen": "sent a"}),
    Scenario("domain is not ASCII", domain="bücher.test", hosts={"a": ASCII_ONLY}, shows=("idna",)),
)


TLS = (
    *(
        Scenario(f"{kind} certificate", hosts={"a": Script(certificate=kind)}, shows=("tls.open", reason))
        for kind, reason in (
            ("good", ", verified"),
            ("self-signed", "NOT verified: self-signed"),
            ("expired", "NOT verified: expired on"),
            ("other", "NOT verified: for another name: other.test"),
        )
    ),
    Scenario(
        "STARTTLS, then garbage",
        {"ann": "deferred 4.7.5, sent a"},
        hosts={"a": Script(garbage=True)},
        shows=("tls.fail", "tls.fallback"),
    ),
)

POSTFIX = (
    Scenario("Postfix", {"ann": "sent p1", "zoe": "failed 5.1.1"}, "@ MX 10 p1", {}),
    *(
        Scenario(
            f"Postfix, {kind} certificate", {"ann": f"sent p{number}"}, f"@ MX 10 p{number}", {}, shows=("tls.open",)
        )
        for number, kind in enumerate(RECEIVER_CERTIFICATES, start=2)
    ),
    Scenario("Postfix, dots on lines of their own", {"ann": "sent p1"}, "@ MX 10 p1", {}, raw=DOTS),
    Scenario(
        "Postfix, SMTPUTF8 in a header",
        {"ann": "sent p1"},
        "@ MX 10 p1",
        {},
        raw=PLAIN.replace(b"hello", "grüße".encode()),
    ),
    Scenario("Postfix second, first is dead", {"ann": "sent p2"}, f"@ MX 10 dead\n@ MX 20 p2\ndead A {DEAD}.3", {}),
)

ALL = (*ROUTING, *REPLIES, *TLS, *POSTFIX)


def domain_of(name: str) -> str:
    """Give the domain of a scenario: its name, as a label."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split()) + ".test"


@dataclass(frozen=True)
class Stage:
    """A scenario that is set up: who listens where."""

    scenario: Scenario
    domain: str
    mtas: Mapping[str, Mta]
    hosts: Mapping[str, str]
    """Names by address."""

    @property
    def recipients(self) -> list[str]:
        """The addresses that the mail goes to."""
        return [f"{user}@{self.domain}" for user in self.scenario.expect]


class Staging:
    """Sets up scenarios, each on addresses that no other had."""

    def __init__(self, dns: ScriptedDns, certificates: Certificates) -> None:
        self._dns, self._certificates = dns, certificates
        self._numbers = itertools.count(1)

    @contextmanager
    def staged(self, scenario: Scenario) -> Iterator[Stage]:
        """Have a scenario's servers listen for the length of a block, fresh ones each time."""
        domain = scenario.domain or domain_of(scenario.name)
        ascii_domain = domain.encode("idna").decode()
        names = {name: f"127.25.66.{next(self._numbers)}" for name in scenario.hosts}
        receivers = {f"p{number}": address for number, address in enumerate(RECEIVERS, start=1)}
        addresses = {**names, **receivers}
        self._dns.forget(ascii_domain)
        used = {**names, **{name: address for name, address in receivers.items() if f" {name}" in scenario.zone}}
        self._dns.add("\n".join(f"{name} A {address}" for name, address in used.items()), ascii_domain)
        self._dns.add(scenario.zone.format(**addresses), ascii_domain)
        for name, trouble in scenario.trouble.items():
            self._dns.disturb(ascii_domain if name == "@" else f"{name}.{ascii_domain}", trouble)
        with ExitStack() as stack:
            mtas = {
                name: stack.enter_context(Mta(names[name], script, self._context(script, f"{name}.{ascii_domain}")))
                for name, script in scenario.hosts.items()
            }
            yield Stage(scenario, domain, mtas, {address: name for name, address in addresses.items()})

    def _context(self, script: Script, host: str) -> ssl.SSLContext | None:
        return self._certificates.context(script.certificate, host) if script.certificate else None
