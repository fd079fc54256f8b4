"""Which inbox a mail is for."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.inbox.routing import Router
from mailcatch.mime.headers import Fields
from mailcatch.model import Envelope, Recipient
from mailcatch.rules import InboxRule
from mailcatch.store.api import TO_DEFAULT, Destination

RULES = (
    InboxRule("ci", helo=("runner-*.ci.example",)),
    InboxRule("docker", client=(ip_network("172.18.0.0/16"), ip_network("fd00::/8"))),
    InboxRule("ci2", helo=("*",), client=()),
)


def to(
    *addresses: str,
    user: str | None = None,
    helo: str = "me",
    peer: str = "127.0.0.1:99",
    header: str = "",
    rules: tuple[InboxRule, ...] = (),
) -> Destination:
    envelope = Envelope("a@x.test", tuple(map(Recipient, addresses)), helo=helo, peer=peer, auth_user=user)
    fields = Fields([(b"X-Mailcatch-Inbox", header.encode())] if header else [])
    return Router("Catch.Example", rules).destination(envelope, fields)


def test_plain_mail_is_for_the_default_inbox():
    """Which is no new value: it costs nothing."""
    assert to("bob@x.test") is TO_DEFAULT


@pytest.mark.parametrize("user", ["null", "none", "user", "apikey", "", "Bob@x.test", "a b", "x" * 64])
def test_a_user_that_means_nobody_makes_no_inbox(user: str):
    """What stands in a settings file that nobody filled in."""
    assert to("bob@x.test", user=user) is TO_DEFAULT


def test_the_first_rule_that_fires_decides():
    """The user before the header, the header before recipients, recipients before clients."""
    everything = {"header": "h1", "helo": "runner-7.ci.example", "rules": RULES}
    assert to("x@gw0.catch.example", user="u1", **everything) == Destination(named=("u1",))
    assert to("x@gw0.catch.example", **everything) == Destination(named=("h1",))
    assert to("x@gw0.catch.example", helo="runner-7.ci.example", rules=RULES) == Destination(
        addressed=("gw0",), fallback=("ci",)
    )
    assert to("x@y.test", helo="Runner-7.CI.example", rules=RULES) == Destination(fallback=("ci",))


@pytest.mark.parametrize(
    ("addresses", "addressed"),
    [
        (["x@gw0.catch.example"], ("gw0",)),
        (["x@GW0.Catch.Example"], ("gw0",)),
        (["x@deep.gw0.catch.example"], ("deep.gw0",)),
        (["x@catch.example"], ()),
        (["x@gw0.catch.example.evil.test"], ()),
        (["bob+gw0@x.test"], ("gw0",)),
        (["bob+a+gw0@x.test"], ("gw0",)),
        (["bob+Gw0@x.test"], ("gw0",)),
        (["bob+@x.test"], ()),
        (["bob+gw0@gw1.catch.example", "x@gw1.catch.example"], ("gw1", "gw0")),
    ],
)
def test_recipients_may_name_several(addresses: list[str], addressed: tuple[str, ...]):
    """Each once, in their order; they make none, so that others' addresses stay what they are."""
    assert to(*addresses).addressed == addressed


@pytest.mark.parametrize(
    ("peer", "inbox"),
    [
        ("172.18.5.5:1", "docker"),
        ("[::ffff:172.18.5.5]:1", "docker"),
        ("[fd00::1]:1", "docker"),
        ("172.19.0.1:1", None),
        ("unknown", None),
    ],
)
def test_clients_are_told_by_their_address(peer: str, inbox: str | None):
    """Also where IPv4 comes over an IPv6 socket."""
    found = to("x@y.test", peer=peer, rules=RULES[:2])
    assert found.fallback == ((inbox,) if inbox else ("default",))


def test_a_bad_header_is_passed_over():
    """A name that is none makes no inbox."""
    assert to("x@y.test", header="No Such Name") is TO_DEFAULT


@given(st.text(max_size=80), st.lists(st.sampled_from("ab*."), max_size=40))
def test_patterns_take_linear_time(helo: str, pattern: list[str]):
    """However they are put together."""
    to("x@y.test", helo=helo + "a" * 2000, rules=(InboxRule("x", helo=("".join(pattern) + "*b",)),))
