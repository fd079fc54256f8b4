"""From what a door received to what the store keeps: one message read, folded and addressed.

The bytes are kept whatever reading them gives: the scan has limits instead of a timer, and should it fail all the
same, the message is stored as one opaque part with the reason (G4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from mailcatch.ids import new_id
from mailcatch.inbox import tagging
from mailcatch.inbox.routing import Router
from mailcatch.inbox.tagging import Tagger
from mailcatch.mime.reading import Reading, read_safely
from mailcatch.model import Envelope, Origin, Session, Summary
from mailcatch.search.contents import Contents
from mailcatch.store.api import TO_DEFAULT, Destination, NewMessage
from mailcatch.store.contents import given_message
from mailcatch.store.deriving import Derived, derive


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
    destination: Destination | None = None  # None: the rules say


class Rules(Struct, frozen=True):
    """What is decided about mail that arrives. `placed` tells in which inboxes a destination means now."""

    router: Router
    tagger: Tagger
    placed: Callable[[Destination], tuple[str, ...]]


def compose(arrival: Arrival, rules: Rules | None = None) -> NewMessage:
    """Read the mail and return all that the store keeps of it; never raises for what the mail contains.

    Without rules it gets no tags, and lies in `default` unless it has a destination.
    """
    reading = read_safely(arrival.raw)
    destination, tags, derived = arrival.destination or TO_DEFAULT, arrival.tags, None
    if rules is not None:
        if arrival.destination is None:
            destination = rules.router.destination(arrival.envelope, reading.fields)
        tags = tagging.bounded((*tags, *tagging.named(reading.fields)))
    summary = _summary(arrival, reading, tags, destination.named or destination.fallback)
    if rules is not None and rules.tagger:
        derived = derive(reading, arrival.envelope)
        contents = given_message(arrival.raw, reading.root, arrival.envelope, derived.texts[2])
        summary = _tagged(summary, derived, contents, rules, destination)
    return NewMessage(
        summary=summary,
        raw=arrival.raw,
        sha256=hashlib.sha256(arrival.raw).digest(),
        envelope=arrival.envelope,
        origin=arrival.origin,
        reading=reading,
        destination=destination,
        session=arrival.session,
        derived_before=derived,
    )


def _tagged(summary: Summary, derived: Derived, contents: Contents, rules: Rules, destination: Destination) -> Summary:
    """Return a summary with the tags that the rules give a mail which arrives for a destination."""
    arriving = replace(summary, inboxes=rules.placed(destination))
    return replace(summary, tags=tagging.bounded((*summary.tags, *rules.tagger.found(arriving, derived, contents))))


def _summary(arrival: Arrival, reading: Reading, tags: tuple[str, ...], inboxes: tuple[str, ...]) -> Summary:
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
        tags=tags,
        inboxes=inboxes,  # as far as that is known here
        session_id=session.id if session else None,
        parse_error=reading.parse_error,
    )
