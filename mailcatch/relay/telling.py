"""The end of an attempt for its sender: a report is made, put into the local mailbox, and linked to its recipients."""

from __future__ import annotations

import time
from collections.abc import Iterable

from msgspec import Struct

from mailcatch.ids import new_id
from mailcatch.inbox import Inbox
from mailcatch.journey import Return
from mailcatch.relay.bounce import About, NoBounce, bounce, sent_without_dsn
from mailcatch.trace import AttemptResult, Order, TraceEvent


class Told(Struct, frozen=True):
    """What the sender was told: the report's id, or why there is none; neither where there was nothing to tell."""

    message: str | None = None
    addresses: tuple[str, ...] = ()
    why: str | None = None


def tell(inbox: Inbox, order: Order, result: AttemptResult, events: Iterable[TraceEvent], about: About) -> Told:
    """Tell the sender of an order what became of it; called when the attempt is recorded, in a thread that may wait.

    When it returns the report is durable and each of its recipients names it; `dsn.made` is then the last event of the
    attempt's trace. Raises what `Inbox.accept` raises.
    """
    at = time.time_ns() // 1_000_000
    made = bounce(order, result.results, about, id=new_id(at), at=at, without_dsn=sent_without_dsn(events))
    if made is None:
        return Told()
    if isinstance(made, NoBounce):
        return Told(why=made.why)
    message = inbox.bounce(made.raw, made.to).result().id
    facts: dict[str, object] = {"message": message, "addresses": list(made.addresses)}
    numbers = [each.number for each in result.results if each.address in made.addresses]
    inbox.link([Return(number, message, "dsn.made", facts) for number in numbers]).result()
    return Told(message, made.addresses)
