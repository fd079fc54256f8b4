"""From what a door received to what the store keeps: one message read, folded and addressed.

The bytes are kept whatever reading them gives: the scan has limits instead of a timer, and should it fail all the
same, the message is stored as one opaque part with the reason (G4).
"""

from __future__ import annotations

import hashlib
import logging

from msgspec import Struct

from mailcatch.address import key_of
from mailcatch.ids import new_id
from mailcatch.mime.reading import Reading, opaque, read
from mailcatch.model import Address, Envelope, Origin, Session, Summary
from mailcatch.search.fold import fold, words
from mailcatch.store.api import NewMessage, Role

log = logging.getLogger(__name__)

INDEXED_CHARACTERS = 256 << 10
"""How much folded text of a message is searchable."""
LONGEST_NAME = 256
"""Characters of a display name by which `from:ann` finds it."""


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
    try:
        return _compose(arrival, read(arrival.raw))
    except Exception as error:
        log.exception("a message could not be read")
        return _compose(arrival, opaque(arrival.raw, f"could not be read: {type(error).__name__}"))


def _compose(arrival: Arrival, reading: Reading) -> NewMessage:
    subject, people = fold(reading.subject), fold(_people(arrival.envelope, reading))
    body, body_words = _body(reading)
    return NewMessage(
        summary=_summary(arrival, reading),
        raw=arrival.raw,
        sha256=hashlib.sha256(arrival.raw).digest(),
        envelope=arrival.envelope,
        origin=arrival.origin,
        root=reading.root,
        parser=reading.parser,
        imap_envelope=reading.imap_envelope,
        bodystructure=reading.bodystructure,
        texts=(subject, people, body),
        words=(" ".join(words(subject)), " ".join(words(people)), " ".join(body_words)),
        addresses=_addresses(arrival.envelope, reading),
        inboxes=arrival.inboxes,
        session=arrival.session,
    )


def _body(reading: Reading) -> tuple[str, list[str]]:
    """Return the searchable text, folded, and its words: the plain text, and the HTML's where that says more."""
    plain = fold(reading.plain)
    plain_words = words(plain)
    if not reading.html_text:
        return _limited(plain, plain_words)
    html = fold(reading.html_text)
    html_words = words(html)
    if plain and set(html_words) <= set(plain_words):
        return _limited(plain, plain_words)
    return _limited(f"{plain} {html}".strip(), plain_words + html_words)


def _limited(text: str, its_words: list[str]) -> tuple[str, list[str]]:
    if len(text) <= INDEXED_CHARACTERS:
        return text, its_words
    text = text[:INDEXED_CHARACTERS]
    return text, words(text)


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


def _header_roles(reading: Reading) -> tuple[tuple[Role, tuple[Address, ...]], ...]:
    return (
        ("from", reading.from_),
        ("sender", reading.sender),
        ("reply_to", reading.reply_to),
        ("to", reading.to),
        ("cc", reading.cc),
        ("bcc", reading.bcc),
    )


def _people(envelope: Envelope, reading: Reading) -> str:
    """Return every name and address of the mail once, for free words."""
    seen: dict[str, None] = {}
    for _, addresses in _header_roles(reading):
        for address in addresses:
            seen[address.name] = seen[address.address] = None
    seen[envelope.mail_from] = None
    for recipient in envelope.rcpt_to:
        seen[recipient.address] = None
    return " ".join(filter(None, seen))


def _addresses(envelope: Envelope, reading: Reading) -> tuple[tuple[str, Role, str], ...]:
    """Return (key, role, domain) of every address, each once: what exact search asks for.

    Display names stand among them with an empty domain, so that `from:ann` finds them and `from:ann@x.test` never does.
    """
    found: dict[tuple[str, Role, str], None] = {}

    def note(address: str, role: Role) -> None:
        if address:
            key = key_of(address)
            found[key.key, role, key.domain] = None

    for recipient in envelope.rcpt_to:
        note(recipient.address, "rcpt")
    note(envelope.mail_from, "mail_from")
    for role, addresses in _header_roles(reading):
        for address in addresses:
            note(address.address, role)
            if (name := fold(address.name)[:LONGEST_NAME]) and name not in address.address.lower():
                found[name, role, ""] = None
    return tuple(found)
