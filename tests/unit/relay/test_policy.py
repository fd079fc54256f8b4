"""Who may be sent to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.config import RecipientsSection
from mailcatch.errors import Rejected
from mailcatch.recipients import Placed, Recipients
from mailcatch.relay.policy import BadRule, Policy, read_rule


def policy(allow: str = "", deny: str = "", redirect_to: str | None = None, *, enabled: bool = True) -> Policy:
    return Policy(
        enabled,
        tuple(map(read_rule, allow.split())),
        tuple(map(read_rule, deny.split())),
        redirect_to,
        frozenset({"home.test", "xn--bcher-kva.test"}),
    )


@pytest.mark.parametrize(
    ("allow", "deny", "address", "way"),
    [
        ("ann@x.test", "", "ann@x.test", "relay"),
        ("ann@x.test", "", "Ann@X.TEST.", "relay"),
        ("ann@x.test", "", "bob@x.test", "blocked"),
        ("ann@x.test", "", "ann@sub.x.test", "blocked"),
        ("@x.test", "", "bob@x.test", "relay"),
        ("@x.test", "", "bob@sub.x.test", "blocked"),
        ("@x.test", "", "bob@ax.test", "blocked"),
        ("*.x.test", "", "bob@sub.x.test", "relay"),
        ("*.x.test", "", "bob@deep.sub.x.test", "relay"),
        ("*.x.test", "", "bob@x.test", "blocked"),
        ("*.x.test", "", "bob@evilx.test", "blocked"),
        ("@x.test", "bob@x.test", "bob@x.test", "blocked"),
        ("bob@x.test", "@x.test", "bob@x.test", "blocked"),
        ("@sub.x.test", "*.x.test", "bob@sub.x.test", "blocked"),
        ("@straße.test", "", "bob@xn--strae-oqa.test", "relay"),
        ("@strasse.test", "", "bob@straße.test", "blocked"),
        ("@straße.test", "", "bob@strasse.test", "blocked"),
        ("@[192.0.2.1]", "", "bob@[192.0.2.1]", "relay"),
        ("", "", "bob@x.test", "blocked"),
        ("@x.test", "", "ann@home.test", "local"),
        ("@home.test", "", "ann@HOME.test", "local"),
        ("", "", "ann@bücher.test", "local"),
        ("@x.test", "", "bob", "blocked"),
        ("@x.test", "", "", "blocked"),
        ("@x.test", "", "a\r\nRCPT TO:<b@x.test>@x.test", "blocked"),
        ("@x.test", "", "a>b@x.test", "blocked"),
    ],
)
def test_deny_wins_and_nothing_is_allowed_by_default(allow: str, deny: str, address: str, way: str):
    """Addresses exact, domains whole, subdomains by `*.`; local domains are never relayed."""
    assert policy(allow, deny).decide(address).way == way


def test_the_rule_is_named():
    """So that people know which setting it was."""
    assert policy("@x.test", "bob@x.test").decide("bob@x.test").rule == "relay.deny bob@x.test"
    assert policy("@x.test").decide("ann@x.test").rule == "relay.allow @x.test"
    assert policy("@x.test").decide("ann@y.test").rule == "no rule of relay.allow matches"
    assert policy().decide("ann@home.test").rule == "local-domain home.test"


@pytest.mark.parametrize(
    ("redirect_to", "asked", "address", "way"),
    [
        ("dev@x.test", "someone@real.test", "dev@x.test", "relay"),
        ("dev@y.test", "ann@x.test", "dev@y.test", "blocked"),
        ("dev@home.test", "ann@real.test", "dev@home.test", "local"),
        ("dev@x.test", "ann@home.test", "ann@home.test", "local"),
    ],
)
def test_the_final_recipient_is_what_counts(redirect_to: str, asked: str, address: str, way: str):
    """After the rewrite, whatever the asked one was."""
    decided = policy("@x.test", redirect_to=redirect_to).decide(asked)
    assert (decided.asked, decided.address, decided.way) == (asked, address, way)


@given(st.text() | st.emails())
def test_switched_off_nothing_is_relayed(address: str):
    """Whatever the lists say."""
    off = policy("@x.test ann@x.test *.test", redirect_to="ann@x.test", enabled=False)
    assert off.decide(address).way in {"none", "local"}


@given(st.text() | st.emails())
def test_without_a_rule_nothing_is_relayed(address: str):
    """Whatever it looks like."""
    assert policy().decide(address).way in {"blocked", "local"}


@pytest.mark.parametrize("text", ["", "@", "*.", "*", "@*.x.test", "ann", "ann@", "@x y.test", "a@*", "*.@x.test"])
def test_what_is_no_rule_is_refused(text: str):
    """A rule that matches nothing, or more than it says, is worse than an error at the start."""
    with pytest.raises(BadRule):
        read_rule(text)


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("bob@ring.test", "local"),
        ("bob@a.b.Ring.test", "local"),
        ("bob@[IPv6:2001:DB8:0::1]", "local"),
        ("bob@bring.test", "blocked"),
    ],
)
def test_local_domains_as_the_door_knows_them(address: str, way: str):
    """With what is below them, and with address literals: one list decides at RCPT and at a release."""
    section = RecipientsSection(domains=(".ring.test", "[2001:db8::1]"))
    assert Policy(True, local_domains=Recipients(section).domains).decide(address).way == way


def test_the_door_asks_the_policy():
    """A recipient that the policy takes is taken, one that it blocks is refused with its rule."""
    rules = policy("@x.test")
    place = Recipients(RecipientsSection("bob@home.test"), rules.place).place
    assert place is not None
    assert place("eve@x.test", "app@home.test", None) == Placed("relay", "relay.allow @x.test")
    with pytest.raises(Rejected, match=r"550 5.7.1 .* and no rule of relay.allow matches"):
        place("eve@y.test", "app@home.test", None)
