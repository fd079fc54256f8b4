"""BODY[…]: which octets of a message a section means, and its answer (RFC 3501 §6.4.5, §7.4.2).

Sections are ranges of the raw message, so no more is read of it than is asked for: a client that takes a large mail in
pieces pays for each piece, not for the mail. Only HEADER.FIELDS is cut anew, from the header block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailcatch.imap import answers
from mailcatch.imap.commands import BodyItem, Section
from mailcatch.model import Part

_LINE = re.compile(rb"[^\r\n]*+(?:\r\n?|\n|\Z)")

Octets = Callable[[int, int], bytes]
"""Returns raw[start:start+length] of one message. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Span:
    """Octets of the raw message."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Piece:
    """An item as it is answered: after `head` come the octets of `span`, if there is one, of the raw message."""

    head: bytes
    span: Span | None = None

    @property
    def size(self) -> int:
        """Octets of it."""
        return len(self.head) + (self.span.length if self.span else 0)


def piece_of(item: BodyItem, root: Part, size: int, octets: Octets) -> Piece:
    """Return an item of a message of `size` octets; a section that the message has not is NIL."""
    span = span_of(root, size, item.section)
    if span is None:
        return Piece(item.label + b" NIL")
    if item.section.fields:
        block = octets(span.start, span.length)
        text = selected(block, item.section.fields, negated=item.section.text.endswith(".NOT"))
        if item.partial:
            text = text[item.partial[0] :][: item.partial[1]]
        return Piece(item.label + b" " + answers.literal(text))
    if item.partial:
        span = _cut(span, *item.partial)
    return Piece(b"%s {%d}\r\n" % (item.label, span.length), span)


def span_of(root: Part, size: int, section: Section) -> Span | None:
    """Return the octets of a section, None if there is no such part; of HEADER.FIELDS the whole header block.

    HEADER and TEXT of a part are those of the message that it holds (message/rfc822). A message that is no multipart
    has one part, 1, which is its body.
    """
    if not section.part:
        return _of_message(root, 0, size, section.text)
    part = _by_number(root, section.part)
    if part is None:
        return None
    if section.text == "":
        return Span(part.offset, part.length)
    if section.text == "MIME":
        return Span(part.header_offset, part.offset - part.header_offset)
    held = part.children[0] if part.content_type in _MESSAGES and part.children else None
    return None if held is None else _of_message(held, part.offset, part.length, section.text)


def selected(block: bytes, names: Iterable[bytes], *, negated: bool) -> bytes:
    """Return the header fields of these names, or all others, as they stand in the block, and the blank line."""
    wanted = {name.lower() for name in names}
    kept: list[bytes] = []
    keeping = False
    for line in _LINE.findall(block):
        if line in (b"\r\n", b"\n", b"\r", b""):
            break
        if line[:1] not in b" \t":
            name = line.partition(b":")[0].rstrip(b" \t\r\n").lower()
            keeping = (name in wanted) is not negated
        if keeping:
            kept.append(line)
    if kept and not kept[-1].endswith((b"\n", b"\r")):
        kept.append(b"\r\n")
    return b"".join([*kept, b"\r\n"])


def _of_message(root: Part, start: int, length: int, text: str) -> Span:
    if text == "":
        return Span(start, length)
    if text == "TEXT":
        return Span(root.offset, start + length - root.offset)
    return Span(root.header_offset, root.offset - root.header_offset)


def _by_number(root: Part, number: tuple[int, ...]) -> Part | None:
    """Return a part by its number; of a message that is no multipart, 1 is the whole body."""
    wanted = ".".join(map(str, number))
    stack = [root]
    while stack:
        part = stack.pop()
        if part.number == wanted:
            return part
        stack += part.children
    return None


def _cut(span: Span, first: int, count: int) -> Span:
    """Return a partial span; past the end it is empty (RFC 3501 §6.4.5)."""
    skipped = min(first, span.length)
    return Span(span.start + skipped, min(count, span.length - skipped))


_MESSAGES = frozenset({"message/rfc822", "message/global"})
