"""Which hosts take mail for a domain, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.relay.answers import Answer, Mx
from mailcatch.relay.mx import MOST_ADDRESSES, Host, host_of, plan, select


def answer(*records: tuple[int, str], aliases: tuple[str, ...] = ()) -> Answer:
    return Answer("x.test", "ok", tuple([Mx(*each) for each in records]), aliases=aliases)


def names(found: object) -> list[str]:
    return [mx.name for mx in found.hosts]  # type: ignore[attr-defined]


def keep(records: list[Mx]) -> None:
    """Shuffle nothing."""


def test_the_best_preference_comes_first_and_equals_are_shuffled():
    """RFC 5321 §5.1."""
    given_ = answer((20, "c.test"), (10, "b.test"), (10, "a.test"))
    assert names(select("x.test", given_, keep)) == ["a.test", "b.test", "c.test"]
    assert names(select("x.test", given_, lambda records: records.reverse())) == ["b.test", "a.test", "c.test"]


@pytest.mark.parametrize(
    ("given_", "state", "enhanced"),
    [
        (Answer("x.test", "nxdomain"), "failed", "5.1.2"),
        (Answer("x.test", "failed", error="SERVFAIL"), "deferred", "4.4.3"),
        (answer((0, "")), "failed", "5.1.10"),
        (answer((10, "us.test")), "failed", "5.4.6"),
        (answer((10, "a.test"), (10, "us.test")), "failed", "5.4.6"),
    ],
)
def test_there_may_be_no_host(given_: Answer, state: str, enhanced: str):
    """Each with the status that a recipient gets, and never a fall-back to the domain's own address."""
    found = select("x.test", given_, keep, lambda name: name == "us.test")
    assert found.problem is not None
    assert (found.hosts, found.problem.state, found.problem.enhanced) == ((), state, enhanced)


def test_without_mx_the_domain_itself_is_asked():
    """The implicit MX."""
    found = select("x.test", Answer("x.test", "empty"), keep)
    assert (names(found), [kind for kind, _ in found.facts]) == (["x.test"], ["mx.implicit"])


def test_a_null_mx_among_others_is_ignored():
    """RFC 7505 §3: it must stand alone, and a sender need not obey one that does not."""
    assert names(select("x.test", answer((0, ""), (10, "a.test")), keep)) == ["a.test"]


def test_a_backup_tries_only_those_that_are_better():
    """Ourselves and all that are no better are left out, and shown."""
    given_ = answer((10, "a.test"), (20, "us.test"), (20, "b.test"), (30, "c.test"))
    found = select("x.test", given_, keep, lambda name: name == "us.test")
    assert names(found) == ["a.test"]
    assert dict(found.facts)["mx.self"] == {"name": "us.test", "dropped": ["b.test", "us.test", "c.test"]}


def test_aliases_are_flagged():
    """Of the domain, and of a host."""
    found = select("x.test", answer((10, "a.test"), aliases=("y.test",)), keep)
    assert ("mx.cname", {"name": "x.test", "target": "y.test"}) in found.facts
    host = host_of(Mx(10, "a.test"), [Answer("a.test", "ok", addresses=("192.0.2.1",), aliases=("b.test",))])
    assert host.facts == (("mx.cname", {"name": "a.test", "target": "b.test"}),)


@pytest.mark.parametrize("name", ["192.0.2.1", "[192.0.2.1]", "2001:db8::1"])
def test_an_address_as_a_name_is_dialled_and_flagged(name: str):
    """No host name, but clear."""
    host = host_of(Mx(10, name), [])
    assert (host.addresses, [kind for kind, _ in host.facts]) == ((name.strip("[]"),), ["mx.literal"])


def test_families_take_turns_and_five_addresses_are_the_most():
    """So that a host whose IPv6 is dead is still reached within the limit."""
    v6 = Answer("a.test", "ok", addresses=tuple([f"2001:db8::{n}" for n in range(9)]))
    v4 = Answer("a.test", "ok", addresses=("192.0.2.1",))
    dialled, problem = plan("x.test", [host_of(Mx(10, "a.test"), [v6, v4])])
    assert problem is None
    assert [address for _, address in dialled][:2] == ["2001:db8::0", "192.0.2.1"]
    assert len(dialled) == MOST_ADDRESSES


def test_hosts_without_address_are_a_failure_unless_dns_failed():
    """MX but none usable: no fall-back to the domain's address."""
    nothing = host_of(Mx(10, "a.test"), [Answer("a.test", "nxdomain"), Answer("a.test", "empty")])
    dark = host_of(Mx(20, "b.test"), [Answer("b.test", "failed", error="timeout"), Answer("b.test", "empty")])
    _, failed = plan("x.test", [nothing])
    _, deferred = plan("x.test", [nothing, dark])
    assert failed is not None
    assert deferred is not None
    assert (failed.state, failed.enhanced, deferred.state, deferred.enhanced) == (
        "failed",
        "5.4.4",
        "deferred",
        "4.4.3",
    )
    assert nothing.facts == (("mx.noaddress", {"name": "a.test"}),)


def test_one_family_may_fail():
    """The other's addresses will do."""
    host = host_of(Mx(1, "a"), [Answer("a", "failed", error="timeout"), Answer("a", "ok", addresses=("192.0.2.1",))])
    assert (host.addresses, host.failed) == (("192.0.2.1",), None)


records = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "c", "us", ""])), min_size=1, max_size=12)


@given(records, st.randoms(use_true_random=False))
def test_order_and_self_hold_for_all_records(found: list[tuple[int, str]], random: object):
    """Preferences never fall, we are never among them, nor anything as bad as we."""
    selection = select("x.test", answer(*found), random.shuffle, lambda name: name == "us")  # type: ignore[attr-defined]
    preferences = [mx.preference for mx in selection.hosts]
    assert preferences == sorted(preferences)
    ours = [preference for preference, name in found if name == "us"]
    assert not ours or all(preference < min(ours) for preference in preferences)
    assert bool(selection.hosts) != (selection.problem is not None)


@given(st.lists(st.lists(st.ip_addresses().map(str), max_size=4), max_size=4))
def test_a_plan_never_dials_more_than_it_may(addresses: list[list[str]]):
    """However many hosts there are."""
    dialled, problem = plan("x.test", [Host(Mx(n, f"h{n}"), tuple(each)) for n, each in enumerate(addresses)])
    assert len(dialled) <= MOST_ADDRESSES
    assert bool(dialled) != (problem is not None)
