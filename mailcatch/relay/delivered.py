"""Reports of success for those whose mail stays here: whoever offers DSN owes them (RFC 3461 §5.2.3).

A recipient of a local domain has the mail as soon as it is stored. What is relayed is told at the end of its attempt
(`bounce`), and what merely lies here, because nobody has released it, is not delivered yet.
"""

from __future__ import annotations

from mailcatch.dsn.make import make
from mailcatch.dsn.params import BadParameter, read_envid, wants
from mailcatch.dsn.read import no_report_for
from mailcatch.dsn.values import Report, Reported
from mailcatch.model import Message, Recipient
from mailcatch.relay.bounce import Bounce


def asks(message: Message) -> tuple[Recipient, ...]:
    """Return the local recipients whose sender wants to hear that they have it."""
    if message.origin != "smtp":
        return ()
    here = (each for each in message.envelope.rcpt_to if each.route == "local")
    return tuple(each for each in here if wants("SUCCESS", each.params.get("NOTIFY")))


def delivered(
    message: Message, raw: bytes, recipients: tuple[Recipient, ...], *, hostname: str, id: str
) -> Bounce | None:
    """Return the report about recipients that have their mail, None if none may be made.

    `raw` is the message, its header at least: no more goes into a report of success.
    """
    envelope, at = message.envelope, message.summary.received_at
    if no_report_for(envelope.mail_from, raw) is not None:
        return None
    reported = tuple(
        Reported(each.address, "delivered", "2.0.0", each.params.get("ORCPT"), None, "stored in the mailbox", at)
        for each in recipients
    )
    report = Report(hostname, reported, _envid(envelope.mail_params.get("ENVID")), at, envelope.helo)
    made = make(report, raw, to=envelope.mail_from, at=at, id=id, ret="HDRS")
    return Bounce(made, envelope.mail_from, tuple(each.address for each in recipients))


def _envid(envid: str | None) -> str | None:
    try:
        return read_envid(envid) if envid else None
    except BadParameter:
        return None
