"""From a message's octets to what is extracted from, reading no more of it than its texts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from msgspec.structs import replace

from mailcatch.extract.source import Source
from mailcatch.mime.headers import decoded, read_fields
from mailcatch.mime.parts import attached_messages, html_of, shown, texts_of
from mailcatch.mime.parts import text_in as text_of_part
from mailcatch.mime.reading import TEXT_BYTES
from mailcatch.mime.text import unflowed
from mailcatch.model import Part

MOST_ATTACHED = 5
"""Messages attached to one, that are looked into."""

MOST_TEXTS = 10
"""Plain texts of one message."""

HTML_BYTES = 4 << 20
"""Octets of HTML as they were sent; decoded they are at most so many."""

Cut = Callable[[int, int], bytes]
"""Returns raw[start:start + length] of the message."""


def gathered(cut: Cut, root: Part) -> Source:
    """Return what is extracted from a message, and from those attached to it."""
    attached = tuple([_one(cut, each, ()) for each in islice(attached_messages(root), MOST_ATTACHED)])
    return _one(cut, root, attached)


def _one(cut: Cut, root: Part, attached: tuple[Source, ...]) -> Source:
    head = cut(root.header_offset, root.offset - root.header_offset)
    fields = read_fields(head, 0, len(head)).fields
    unsubscribe = tuple([decoded(value) for value in fields.all(b"list-unsubscribe")])
    return Source(decoded(fields.get(b"subject")), _plain(cut, root), _html(cut, root), unsubscribe, attached)


def _plain(cut: Cut, root: Part) -> str:
    found = [part for part in texts_of(root, "text/plain") if part.content_type == "text/plain"][:MOST_TEXTS]
    return "\n".join([_text(cut, part) for part in found])


def _text(cut: Cut, part: Part) -> str:
    text = text_of_part(*_alone(cut, part, TEXT_BYTES), TEXT_BYTES)
    head = cut(part.header_offset, part.offset - part.header_offset)
    return unflowed(text) if b"flowed" in head.lower() else text


def _html(cut: Cut, root: Part) -> str | None:
    part = shown(root, "text/html")
    html = None if part is None else html_of(*_alone(cut, part, HTML_BYTES), HTML_BYTES)
    return None if html is None else html.replace("\r\n", "\n")


def _alone(cut: Cut, part: Part, limit: int) -> tuple[bytes, Part]:
    """Return the beginning of a part's body, and the part as if the message were nothing else."""
    return cut(part.offset, min(part.length, limit)), replace(part, header_offset=0, offset=0, children=())
