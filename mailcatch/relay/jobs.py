"""New jobs: from a message and who shall have it, by the policy's word. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mailcatch.address import key_of
from mailcatch.errors import Conflict
from mailcatch.model import Message
from mailcatch.relay.domains import BadDomain, ascii_domain
from mailcatch.relay.policy import Policy
from mailcatch.relay.schedule import Schedule
from mailcatch.store.relay_api import NewJob, NewRecipient
from mailcatch.trace import Decision


def released(  # noqa: PLR0917 - what, to whom, by which rules, when, by whom
    message: Message, to: Sequence[str], policy: Policy, schedule: Schedule, most: int, at: int, actor: str
) -> NewJob:
    """Return the job of a release. Raises Conflict with the rule or setting that forbids it."""
    if not policy.enabled:
        raise Conflict("relay.enabled is off: start mailcatch with --relay, and say by --relay-allow who may get mail.")
    decisions = [policy.decide(address) for address in to]
    for decision in decisions:
        if decision.way != "relay":
            raise Conflict(f"<{decision.address}> may not be relayed to: {decision.rule}.")
    recipients = _recipients(message, decisions)
    if len(recipients) > most:
        raise Conflict(f"relay.limits rcpts is {most}; this message would go to {len(recipients)}.")
    return _job(message, recipients, "release", decisions, schedule, at, actor)


def automatic(message: Message, policy: Policy, schedule: Schedule, most: int, at: int) -> NewJob | None:
    """Return the job of a message that goes on by itself: to each recipient who is allowed; None if nobody is.

    Only what came from a client goes on: what was imported, appended or made here never does.
    """
    if message.origin not in {"smtp", "http"}:
        return None
    decisions = [policy.decide(each.address) for each in message.envelope.rcpt_to]
    allowed = [decision for decision in decisions if decision.way == "relay"]
    if not allowed:
        return None
    recipients = _recipients(message, allowed)
    if len(recipients) > most:
        text = f"relay.limits rcpts ({most}) is exceeded: {len(recipients)} recipients"
        recipients = tuple([NewRecipient(
            each.address, each.original, each.domain, each.notify, each.orcpt, "held", text
        ) for each in recipients])  # fmt: skip
    return _job(message, recipients, "auto", allowed, schedule, at, "auto")


def _recipients(message: Message, decisions: Sequence[Decision]) -> tuple[NewRecipient, ...]:
    """Return each final address once, with what the sender asked for at its RCPT (RFC 3461)."""
    asked = {key_of(each.address).key: each.params for each in message.envelope.rcpt_to}
    found: dict[str, NewRecipient] = {}
    for decision in decisions:
        params = asked.get(key_of(decision.asked).key, {})
        notify, orcpt = params.get("NOTIFY"), params.get("ORCPT")
        if decision.address != decision.asked and orcpt is None and decision.asked.isascii():
            orcpt = f"rfc822;{decision.asked}"
        recipient = NewRecipient(decision.address, decision.asked, _domain_of(decision.address), notify, orcpt)
        found.setdefault(key_of(decision.address).key, recipient)
    return tuple(found.values())


def _domain_of(address: str) -> str:
    domain = address.rpartition("@")[2]
    try:
        return ascii_domain(domain)
    except BadDomain:
        return domain


def _job(  # noqa: PLR0917 - as above
    message: Message,
    recipients: tuple[NewRecipient, ...],
    source: str,
    decisions: Sequence[Decision],
    schedule: Schedule,
    at: int,
    actor: str,
) -> NewJob:
    params = message.envelope.mail_params
    return NewJob(
        message=message.summary.id,
        sender=message.envelope.mail_from,
        source="auto" if source == "auto" else "release",
        rule=", ".join(dict.fromkeys([each.rule for each in decisions])),
        created_at=at,
        expires_at=at + schedule.expire,
        recipients=recipients,
        ret=params.get("RET"),
        envid=params.get("ENVID"),
        actor=actor,
    )
