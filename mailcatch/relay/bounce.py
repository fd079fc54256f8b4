"""Reports about what was relayed, made at the end of an attempt: who hears of what, and in which words.

A report goes into the local mailbox of the sender (`Inbox.bounce`), never out of here; for some messages none may be
made at all, for loops begin so. Pure: the caller gives time and id, and stores what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mailcatch.dsn.make import make
from mailcatch.dsn.params import BadParameter, Condition, Ret, read_envid, read_notify, read_ret, wants
from mailcatch.dsn.read import no_report_for
from mailcatch.dsn.values import Action, Report, Reported
from mailcatch.trace import Order, OrderRecipient, RecipientResult, TraceEvent

_LOST = frozenset({"failed", "expired", "blocked"})


class About(Struct, frozen=True):
    """What is known of a message besides its order; times in milliseconds since 1970.

    `hostname` is what this server calls itself, `arrived_at` when the message came and `received_from` who brought it.
    `until` is when a deferred recipient expires.
    """

    hostname: str
    arrived_at: int | None = None
    received_from: str | None = None
    until: int | None = None


class Bounce(Struct, frozen=True):
    """A report: its bytes, to whom it goes, and about which recipients it is."""

    raw: bytes
    to: str
    addresses: tuple[str, ...]


class NoBounce(Struct, frozen=True):
    """Recipients have failed and no report was made: why."""

    why: str


def bounce(
    order: Order,
    results: Sequence[RecipientResult],
    about: About,
    *,
    id: str,
    at: int,
    without_dsn: frozenset[str] = frozenset(),
) -> Bounce | NoBounce | None:
    """Return one report about all recipients of an attempt whose sender is to hear of them; None: nobody's.

    Failures are told unless NOTIFY leaves them out. A delay is told once, at the first attempt, where NOTIFY asks for
    it. What was sent is told where NOTIFY=SUCCESS asks for it and the next server does not promise to tell
    (`without_dsn` has its address; RFC 3461 §5.2.2). `id` is unlike any other, `at` is now, in milliseconds since 1970.
    """
    told = _told(order, results, without_dsn)
    if not told:
        lost = [each for each in results if each.state in _LOST]
        return NoBounce("NOTIFY says that nobody wants to hear of it") if lost else None
    why = no_report_for(order.sender, order.content)
    if why is not None:
        return NoBounce(why) if any(action == "failed" for _, _, action in told) else None
    report = Report(
        mta=about.hostname,
        recipients=tuple(_reported(asked, result, action, about, at) for asked, result, action in told),
        envid=_envid(order.envid),
        arrived_at=about.arrived_at,
        received_from=about.received_from,
    )
    raw = make(report, order.content, to=order.sender, at=at, id=id, ret=_ret(order.ret))
    return Bounce(raw, order.sender, tuple(result.address for _, result, _ in told))


def _told(
    order: Order, results: Sequence[RecipientResult], without_dsn: frozenset[str]
) -> list[tuple[OrderRecipient, RecipientResult, Action]]:
    asked = {each.number: each for each in order.recipients}
    told: list[tuple[OrderRecipient, RecipientResult, Action]] = []
    for result in results:
        recipient = asked.get(result.number) or OrderRecipient(result.number, result.address)
        about = _subject(order, recipient, result, without_dsn)
        if about is not None and wants(about[0], recipient.notify):
            told.append((recipient, result, about[1]))
    return told


def _subject(
    order: Order, recipient: OrderRecipient, result: RecipientResult, without_dsn: frozenset[str]
) -> tuple[Condition, Action] | None:
    if result.state in _LOST:
        return "FAILURE", "failed"
    if result.state == "deferred" and order.attempt == 1 and _asks_for_delays(recipient.notify):
        return "DELAY", "delayed"
    if result.state == "sent" and result.address in without_dsn:
        return "SUCCESS", "relayed"
    return None


def _asks_for_delays(notify: str | None) -> bool:
    """Tell whether NOTIFY names delays: greylisting would make a report of every mail otherwise."""
    try:
        return notify is not None and "DELAY" in read_notify(notify)
    except BadParameter:
        return False


def _reported(asked: OrderRecipient, result: RecipientResult, action: Action, about: About, at: int) -> Reported:
    said = " ".join(str(each) for each in (result.code, result.enhanced, result.text) if each)
    if result.state == "expired":
        said = f"it was tried until now; at last: {said}" if said else "it was tried until now"
    return Reported(
        address=result.address,
        action=action,
        status=result.enhanced or _status(result, action),
        original=asked.orcpt,
        mta=result.mta if result.code is not None else None,
        diagnostic=said or None,
        last_attempt_at=at,
        retry_until=about.until if action == "delayed" else None,
    )


def _status(result: RecipientResult, action: Action) -> str:
    """Return the class of the reply as a code, where the server gave none of its own."""
    if action == "relayed":
        return "2.0.0"
    if result.state == "expired":
        return "4.4.7"
    return "4.0.0" if result.code is not None and result.code < 500 else "5.0.0"


def _envid(envid: str | None) -> str | None:
    try:
        return read_envid(envid) if envid else None
    except BadParameter:
        return None


def _ret(ret: str | None) -> Ret | None:
    try:
        return read_ret(ret) if ret else None
    except BadParameter:
        return None


def sent_without_dsn(events: Iterable[TraceEvent]) -> frozenset[str]:
    """Return the addresses that servers took which do not offer DSN, as an attempt's trace says."""
    offered, found = False, set[str]()
    for event in events:
        if event.kind == "tcp.open":
            offered = False
        elif event.kind == "smtp.ext":
            names = event.data.get("extensions") or ()
            offered = any(str(each).partition(" ")[0].upper() == "DSN" for each in names)
        elif event.kind == "rcpt.result" and event.data.get("state") == "sent" and not offered:
            found.add(str(event.data.get("address")))
    return frozenset(found)
