"""From what a door received to what the store keeps: one message read, folded and addressed.

The bytes are kept whatever reading them gives: the scan has limits instead of a timer, and should it fail all the
same, the message is stored as one opaque part with the reason (G4).
"""

from __future__ import annotations

import hashlib

from msgspec import Struct

from mailcatch.ids import new_id
from mailcatch.mime.reading import Reading, read_safely
from mailcatch.model import Envelope, Origin, Session, Summary
from mailcatch.store.api import NewMessage


class Arrival(Struct, frozen=True):
    """What came in and how: the bytes, the envelope, and the state it has from the start (an import keeps its own)."""

    raw: bytes
    envelope: Envelope
    origin: Origin
    received_at: int
    session: Session | None = None
    read: bool = False
    pinned: bool = False
    binned: bool = False
    tags: tuple[str, ...] = ()
    inboxes: tuple[str, ...] = ("default",)


def compose(arrival: Arrival) -> NewMessage:
    """Read the mail and return all that the store keeps of it; never raises for what the mail contains."""
    reading = read_safely(arrival.raw)
    return NewMessage(
        summary=_summary(arrival, reading),
        raw=arrival.raw,
        sha256=hashlib.sha256(arrival.raw).digest(),
        envelope=arrival.envelope,
        origin=arrival.origin,
        reading=reading,
        inboxes=arrival.inboxes,
        session=arrival.session,
    )


def _summary(arrival: Arrival, reading: Reading) -> Summary:
    envelope, session = arrival.envelope, arrival.session
    return Summary(
        id=new_id(arrival.received_at),
        seq=0,
        received_at=arrival.received_at,
        size=len(arrival.raw),
        mail_from=envelope.mail_from,
        rcpt_to=tuple([recipient.address for recipient in envelope.rcpt_to]),
        from_=reading.from_,
        sender=reading.sender,
        reply_to=reading.reply_to,
        to=reading.to,
        cc=reading.cc,
        bcc=reading.bcc,
        subject=reading.subject,
        date=reading.date,
        message_id=reading.message_id,
        snippet=reading.snippet,
        attachment_count=reading.attachment_count,
        read=arrival.read,
        pinned=arrival.pinned,
        binned=arrival.binned,
        tags=arrival.tags,
        inboxes=arrival.inboxes,
        session_id=session.id if session else None,
        parse_error=reading.parse_error,
    )
