"""What is derived from a message for search: folded texts, words, addresses. Bytes and envelope give them again."""

from __future__ import annotations

import logging
from typing import Literal

from msgspec import Struct

from mailcatch.address import key_of
from mailcatch.mime.reading import Reading
from mailcatch.model import Address, Envelope, Recipient, Summary
from mailcatch.search.fold import fold, words

log = logging.getLogger(__name__)

Role = Literal["rcpt", "mail_from", "from", "sender", "reply_to", "to", "cc", "bcc"]

INDEXED_CHARACTERS = 256 << 10
"""How much folded text of a message is searchable."""
LONGEST_NAME = 256
"""Characters of a display name by which `from:ann` finds it."""


class Derived(Struct, frozen=True):
    """`texts` are folded (`search.fold`), `words` cut from them and joined by blanks; each holds subject, people, body.

    `addresses` are (key, role, domain), key case-folded with its domain as an A-label; display names stand among them
    folded, with an empty domain.
    """

    texts: tuple[str, str, str]
    words: tuple[str, str, str]
    addresses: tuple[tuple[str, Role, str], ...]


NOTHING = Derived(("", "", ""), ("", "", ""), ())


def derive(reading: Reading, envelope: Envelope) -> Derived:
    """Return what search asks of a message; never raises for what it contains."""
    try:
        return _derive(reading, envelope)
    except Exception:
        log.exception("a message could not be made searchable")
        return NOTHING


def _derive(reading: Reading, envelope: Envelope) -> Derived:
    subject, people = fold(reading.subject), fold(_people(envelope, reading))
    body, body_words = _body(reading)
    return Derived(
        texts=(subject, people, body),
        words=(" ".join(words(subject)), " ".join(words(people)), " ".join(body_words)),
        addresses=_addresses(envelope, reading),
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


def derive_shown(summary: Summary) -> Derived:
    """Return what search asks of a message of which no more is left than what lists showed."""
    envelope = Envelope(summary.mail_from, tuple([Recipient(address) for address in summary.rcpt_to]))
    texts = fold(summary.subject), fold(_people(envelope, summary)), fold(summary.snippet)
    joined = [" ".join(words(text)) for text in texts]
    return Derived(texts, (joined[0], joined[1], joined[2]), _addresses(envelope, summary))


def _header_roles(reading: Reading | Summary) -> tuple[tuple[Role, tuple[Address, ...]], ...]:
    return (
        ("from", reading.from_),
        ("sender", reading.sender),
        ("reply_to", reading.reply_to),
        ("to", reading.to),
        ("cc", reading.cc),
        ("bcc", reading.bcc),
    )


def _people(envelope: Envelope, reading: Reading | Summary) -> str:
    """Return every name and address of the mail once, for free words."""
    seen: dict[str, None] = {}
    for _, addresses in _header_roles(reading):
        for address in addresses:
            seen[address.name] = seen[address.address] = None
    seen[envelope.mail_from] = None
    for recipient in envelope.rcpt_to:
        seen[recipient.address] = None
    return " ".join(filter(None, seen))


def _addresses(envelope: Envelope, reading: Reading | Summary) -> tuple[tuple[str, Role, str], ...]:
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
