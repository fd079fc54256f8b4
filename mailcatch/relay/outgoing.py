"""What leaves: the message as it is stored, under our `Received` line, and who it is from if somebody released it."""

from __future__ import annotations

from mailcatch.address import key_of
from mailcatch.ids import new_id
from mailcatch.mime.hops import count_received
from mailcatch.model import Message
from mailcatch.relay.received import received_line
from mailcatch.relay.resent import resent_block
from mailcatch.store.api import Reader
from mailcatch.store.relay_api import Claim
from mailcatch.trace import Order, RecipientResult


def order_of(claim: Claim, store: Reader, helo: str) -> Order:
    """Return what an attempt is to bring. Raises NotFound: the message has gone meanwhile.

    The message is not rewritten: its own Date and Message-ID stay, and a signature over them holds.
    """
    message, raw = store.message(claim.message), store.raw(claim.message)
    addresses = [each.address for each in claim.recipients]
    head = received_line(
        message.envelope, id=claim.message, at=message.summary.received_at, by=helo, recipients=addresses
    )
    if claim.source == "release" and not _asked_for(message, claim):
        head = _resent(message, claim, helo) + head
    return Order(
        job=claim.job,
        attempt=claim.tries,
        domain=claim.domain,
        sender=claim.sender,
        recipients=claim.recipients,
        content=head + raw,
        ret=claim.ret,
        envid=claim.envid,
        plain_allowed=claim.plain_allowed,
    )


def looping(order: Order, most: int) -> tuple[RecipientResult, ...]:
    """Return failures for all recipients if a message has been round too often (RFC 5321 §6.3), nothing if not."""
    hops = count_received(order.content) - 1  # our own line is not a hop yet
    if hops < most:
        return ()
    text = f"it has {hops} Received fields: a loop (relay.limits hops)"
    return tuple(
        [
            RecipientResult(each.number, each.address, "failed", 554, "5.4.6", text, "policy")
            for each in order.recipients
        ]
    )


def _asked_for(message: Message, claim: Claim) -> bool:
    known = {key_of(each.address).key for each in message.envelope.rcpt_to}
    return all(key_of(each.address).key in known for each in claim.recipients)


def _resent(message: Message, claim: Claim, helo: str) -> bytes:
    sender = claim.sender or f"mailcatch@{helo}"
    recipients = [each.address for each in claim.recipients]
    return resent_block(
        sender=sender, recipients=recipients, at=claim.created_at, message_id=f"{new_id(claim.created_at)}@{helo}"
    )
