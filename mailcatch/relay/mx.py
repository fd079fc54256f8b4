"""Which hosts take mail for a domain, and in which order (RFC 5321 §5.1). Pure: answers in, hosts and events out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from itertools import groupby, zip_longest
from typing import Any

from msgspec import Struct

from mailcatch.relay.answers import Answer, Mx
from mailcatch.trace import State

MOST_ADDRESSES = 5
"""How many addresses one attempt may dial …"""

MOST_SESSIONS = 2
"""… and with how many of those it may talk."""

MOST_HOSTS = 20
"""How many hosts of a domain are looked at: a hostile zone could name thousands."""

Fact = tuple[str, dict[str, Any]]
"""Kind and data of a trace event."""

Shuffle = Callable[[list[Mx]], None]


class Problem(Struct, frozen=True):
    """Why mail for a domain goes nowhere now, as what would be a server's reply."""

    state: State
    code: int
    enhanced: str
    text: str


class Selection(Struct, frozen=True):
    """The hosts to try in their order, or the problem; and what is to be shown of how they were found."""

    hosts: tuple[Mx, ...] = ()
    problem: Problem | None = None
    facts: tuple[Fact, ...] = ()


class Host(Struct, frozen=True):
    """A host with its addresses, IPv6 and IPv4 in turns; `facts` say what is odd about it, `failed` that DNS did."""

    mx: Mx
    addresses: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    failed: str | None = None


def select(
    domain: str, answer: Answer, shuffle: Shuffle, is_us: Callable[[str], bool] = lambda name: False
) -> Selection:
    """Order the hosts of a domain; `is_us` knows our own names."""
    match answer.status:
        case "nxdomain":
            return _none("failed", 550, "5.1.2", f"there is no domain {domain}")
        case "failed":
            return _none("deferred", 451, "4.4.3", f"DNS does not say where mail for {domain} goes: {answer.error}")
        case "empty":
            return Selection((Mx(0, domain),), facts=(*_aliases(answer), ("mx.implicit", {"name": domain})))
    named = tuple([mx for mx in answer.mx if mx.name])
    if not named:
        null = ("mx.null", {"domain": domain})
        return _none("failed", 556, "5.1.10", f"{domain} takes no mail (null MX)", null)
    ordered = _shuffled(named, shuffle)[:MOST_HOSTS]
    facts = (
        *_aliases(answer),
        ("mx.order", {"hosts": [{"preference": m.preference, "name": m.name} for m in ordered]}),
    )
    return without_us(domain, Selection(tuple(ordered), facts=facts), is_us)


def without_us(domain: str, selection: Selection, is_us: Callable[[str], bool]) -> Selection:
    """Drop ourselves and all that are no better: mail never goes back to where it came from (RFC 5321 §5.1)."""
    ours = [mx for mx in selection.hosts if is_us(mx.name)]
    if not ours:
        return selection
    limit = min(mx.preference for mx in ours)
    better = tuple([mx for mx in selection.hosts if mx.preference < limit])
    dropped = [mx.name for mx in selection.hosts if mx.preference >= limit]
    facts = (*selection.facts, ("mx.self", {"name": ours[0].name, "dropped": dropped}))
    if better:
        return Selection(better, facts=facts)
    return _none("failed", 554, "5.4.6", f"mail for {domain} loops back to us", *facts)


def host_of(mx: Mx, answers: Iterable[Answer]) -> Host:
    """Put together what DNS said of one host; a literal address needs no answer."""
    if (literal := _literal(mx.name)) is not None:
        return Host(mx, (literal,), (("mx.literal", {"name": mx.name}),))
    by_family: list[list[str]] = []
    facts: list[Fact] = []
    failed: str | None = None
    for answer in answers:
        by_family.append(list(answer.addresses))
        facts += [fact for fact in _aliases(answer) if fact not in facts]
        if answer.status == "failed":
            failed = answer.error or "no answer"
    mixed = [each for pair in zip_longest(*by_family) for each in pair if each is not None]
    if not mixed:
        facts.append(("mx.noaddress", {"name": mx.name}))
    return Host(mx, tuple(dict.fromkeys(mixed)), tuple(facts), failed if not mixed else None)


def plan(domain: str, hosts: Sequence[Host]) -> tuple[tuple[tuple[str, str], ...], Problem | None]:
    """Return (host, address) in the order in which they are dialled, five at most, or why there is none."""
    dialled = tuple([(host.mx.name, address) for host in hosts for address in host.addresses])[:MOST_ADDRESSES]
    if dialled:
        return dialled, None
    failed = next((host for host in hosts if host.failed), None)
    if failed is not None:
        text = f"DNS does not say the address of {failed.mx.name}: {failed.failed}"
        return (), Problem("deferred", 451, "4.4.3", text)
    return (), Problem("failed", 550, "5.4.4", f"no host that takes mail for {domain} has an address")


def _shuffled(records: Sequence[Mx], shuffle: Shuffle) -> list[Mx]:
    ordered: list[Mx] = []
    for _, equals in groupby(sorted(set(records)), key=lambda mx: mx.preference):
        several = list(equals)
        shuffle(several)
        ordered += several
    return ordered


def _aliases(answer: Answer) -> tuple[Fact, ...]:
    if not answer.aliases:
        return ()
    return (("mx.cname", {"name": answer.name, "target": answer.aliases[-1]}),)


def _literal(name: str) -> str | None:
    with suppress(ValueError):
        return str(ip_address(name.strip("[]").removeprefix("IPv6:")))
    return None


def _none(state: State, code: int, enhanced: str, text: str, *facts: Fact) -> Selection:
    return Selection(problem=Problem(state, code, enhanced, text), facts=facts)
