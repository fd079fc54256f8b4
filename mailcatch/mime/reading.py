"""What reading a mail gives: structure, summary, text. Never raises, whatever the bytes are."""

from __future__ import annotations

from dataclasses import dataclass

from mailcatch.mime.headers import addresses_of, date_of, decoded, read_fields, unfolded
from mailcatch.mime.parts import PARSER, attachments_of, html_of, text_of
from mailcatch.mime.structure import scan
from mailcatch.mime.text import text_of_html
from mailcatch.model import Address, Part

TEXT_BYTES = 256 << 10
"""How many bytes of a text part are decoded at ingest."""

SNIPPET = 200
"""Characters of the text that lists show."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A mail, read. `date` is in milliseconds since 1970; `plain` and `html_text` hold the first 256 KiB of each."""

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


def read(raw: bytes) -> Reading:
    """Read a mail once, linearly."""
    root, error = scan(raw)
    fields, _, _ = read_fields(raw, 0, root.offset)
    plain = text_of(raw, root, TEXT_BYTES)
    html_text = text_of_html(html_of(raw, root, TEXT_BYTES) or "")
    message_id = fields.get("message-id")
    return Reading(
        root=root,
        parser=PARSER,
        subject=decoded(fields.get("subject")),
        from_=addresses_of(fields.all("from")),
        sender=addresses_of(fields.all("sender")),
        reply_to=addresses_of(fields.all("reply-to")),
        to=addresses_of(fields.all("to")),
        cc=addresses_of(fields.all("cc")),
        bcc=addresses_of(fields.all("bcc")),
        date=date_of(fields.get("date")),
        message_id=unfolded(message_id) if message_id else None,
        plain=plain,
        html_text=html_text,
        snippet=snippet_of(plain) or snippet_of(html_text),
        attachment_count=len(attachments_of(root)),
        parse_error=error,
    )


def opaque(raw: bytes, reason: str) -> Reading:
    """Return the reading of a mail that could not be read: one part, nothing known but the reason."""
    root = Part("1", "text/plain", None, "7bit", None, None, None, len(raw), raw.count(b"\n"), 0, 0, len(raw))
    return Reading(root, PARSER, "", (), (), (), (), (), (), None, None, "", "", "", 0, reason)


def snippet_of(text: str) -> str:
    """Return the beginning of a text on one line."""
    return " ".join(text[: 8 * SNIPPET].split())[:SNIPPET]
