"""What the server of an address says to its name: the whole way up to RCPT, and no message.

The server is asked in good faith and may count it against us; so this is only ever done by hand, for one address.
"""

from __future__ import annotations

from mailcatch.relay.attempt import Means, attempt
from mailcatch.relay.protocol import ask
from mailcatch.relay.recorder import Recorder
from mailcatch.relay.resolver import Resolver
from mailcatch.relay.route import route
from mailcatch.relay.settings import Settings
from mailcatch.trace import Order, OrderRecipient, ProbeResult, RecipientResult

BEFORE_THE_FIRST = (
    "Most networks block port 25; large receivers want a PTR record for your address and an SPF record that names it."
)
"""What everybody should know who sends to the internet for the first time."""


async def probe(address: str, settings: Settings, resolver: Resolver, *, sender: str = "") -> ProbeResult:
    """Ask whether mail for an address would be taken; an address that is not relayed asks nobody."""
    way = await route(address, settings.way, resolver)
    if way.decision.way != "relay":
        return ProbeResult(way, None, f"not asked: {way.problem or way.decision.rule}", way.events)
    recorder = Recorder()
    recipient = OrderRecipient(1, way.decision.address)
    order = Order("probe", 1, way.domain, sender, (recipient,), b"")
    ended = await attempt(order, settings, Means(resolver, recorder.note, _never), talk=ask)
    (result,) = ended.results
    return ProbeResult(way, result, _verdict(result, blocked=ended.port_blocked), recorder.events)


async def _never() -> None:
    raise AssertionError("a probe has no message")


def _verdict(result: RecipientResult, *, blocked: bool) -> str:
    """Say in a sentence what the server said."""
    if result.state == "queued":
        return f"{result.mta} would take mail for {result.address}"
    said = f"{result.enhanced or ''} {result.text}".strip()
    if blocked:
        return f"{said}. {BEFORE_THE_FIRST}"
    word = "refuses" if result.state in {"failed", "blocked"} else "puts off"
    return f"{result.mta or 'nobody'} {word} mail for {result.address}: {said}" if result.mta else said
