"""What reading a mail gives: structure, summary, text. Never raises, whatever the bytes are."""

from __future__ import annotations

import logging
import re

from msgspec import Struct

from mailcatch.mime.addresses import addresses_of
from mailcatch.mime.dates import date_of
from mailcatch.mime.headers import Fields, decoded, read_fields, unfolded
from mailcatch.mime.params import parse_params
from mailcatch.mime.parts import PARSER, attachments_of, html_of, text_in, texts_of
from mailcatch.mime.shape import cut_shape
from mailcatch.mime.structure import scan
from mailcatch.mime.text import text_of_html, unflowed
from mailcatch.model import Address, Part

log = logging.getLogger(__name__)

TEXT_BYTES = 256 << 10
"""How many octets of text are decoded at ingest."""

SNIPPET = 200
"""Characters of the text that lists show."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u2060\ufeff]+")
"""Senders fill the preview with these, to push the rest of the text out of it."""


class Reading(Struct, frozen=True):
    """A mail, read. `date` is in milliseconds since 1970.

    `plain` is the plain text, flowed paragraphs joined, and `html_text` the text of the first HTML part; each of the
    first 256 KiB.
    """

    root: Part
    parser: int
    subject: str
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    date: int | None
    message_id: str | None
    plain: str
    html_text: str
    snippet: str
    attachment_count: int
    parse_error: str | None
    fields: Fields | None = None  # of its own header; None if it could not be read

    def shape(self, raw: bytes) -> tuple[bytes, bytes]:
        """Return ENVELOPE and BODYSTRUCTURE as they go over IMAP."""
        return cut_shape(raw, self.root, self.fields or Fields([]))


def read(raw: bytes) -> Reading:
    """Read a mail once, linearly."""
    root, fields, error = scan(raw)
    plain = _plain(raw, root)
    html = html_of(raw, root, TEXT_BYTES)
    html_text = text_of_html(html) if html else ""
    message_id = fields.get(b"message-id")
    return Reading(
        root=root,
        parser=PARSER,
        subject=decoded(fields.get(b"subject")),
        from_=addresses_of(fields.all(b"from")),
        sender=addresses_of(fields.all(b"sender")),
        reply_to=addresses_of(fields.all(b"reply-to")),
        to=addresses_of(fields.all(b"to")),
        cc=addresses_of(fields.all(b"cc")),
        bcc=addresses_of(fields.all(b"bcc")),
        date=date_of(fields.get(b"date")),
        message_id=unfolded(message_id) if message_id else None,
        plain=plain,
        html_text=html_text,
        snippet=snippet_of(plain) or snippet_of(html_text),
        attachment_count=len(attachments_of(root)),
        parse_error=error,
        fields=fields,
    )


def read_safely(raw: bytes) -> Reading:
    """Read a mail; should that fail all the same, return it as one opaque part with the reason."""
    try:
        return read(raw)
    except Exception as error:
        log.exception("a message could not be read")
        return opaque(raw, f"could not be read: {type(error).__name__}")


def opaque(raw: bytes, reason: str) -> Reading:
    """Return the reading of a mail that could not be read: one part, nothing known but the reason."""
    root = Part("1", "text/plain", None, "7bit", None, None, None, len(raw), raw.count(b"\n"), 0, 0, len(raw))
    return Reading(root, PARSER, "", (), (), (), (), (), (), None, None, "", "", "", 0, reason)


def snippet_of(text: str) -> str:
    """Return the beginning of a text on one line."""
    beginning = text[: 8 * SNIPPET]
    if not beginning.isascii():
        beginning = _INVISIBLE.sub("", beginning)
    return " ".join(beginning.split())[:SNIPPET]


def _plain(raw: bytes, root: Part) -> str:
    """Return all the plain text that is shown, of its first 256 KiB."""
    texts: list[str] = []
    left = TEXT_BYTES
    for part in texts_of(root, "text/plain"):
        if left <= 0:
            break
        text = text_in(raw, part, left)
        texts.append(_joined_lines(raw, part, text))
        left -= part.length
    return "\n".join(texts)


def _joined_lines(raw: bytes, part: Part, text: str) -> str:
    if b"flowed" not in raw[part.header_offset : part.offset].lower():
        return text
    params = parse_params(read_fields(raw, part.header_offset, part.offset).fields.get(b"content-type")).params
    if params.get("format", "").lower() != "flowed":
        return text
    return unflowed(text, delete_space=params.get("delsp", "").lower() == "yes")
