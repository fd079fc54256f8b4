"""What parts hold: decoded bodies, text, attachments. Nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator

from mailcatch.mime.charset import decode_bytes
from mailcatch.mime.headers import headers_in, read_fields
from mailcatch.mime.transfer import decode_body
from mailcatch.model import Header, Part

PARSER = 1
"""The version of the scan; structures made by an older one are rebuilt when read."""


def walk(root: Part) -> Iterator[Part]:
    """Yield every part of the tree, a parent before its children."""
    stack = [root]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(part.children))


def by_number(root: Part, number: str) -> Part | None:
    """Return the part with that IMAP number."""
    if not number:
        return None
    return next((part for part in walk(root) if part.number == number), None)


def decoded(raw: bytes, part: Part, limit: int | None = None) -> bytes:
    """Return the body of a part decoded; with `limit`, of its first so many octets only."""
    length = part.length if limit is None else min(part.length, limit)
    return decode_body(raw[part.offset : part.offset + length], part.encoding)


def headers_of(raw: bytes, part: Part) -> tuple[Header, ...]:
    """Return the header fields of a part (of the message: give its root) in their order."""
    return headers_in(read_fields(raw, part.header_offset, part.offset).fields)


def is_attachment(part: Part) -> bool:
    """Tell whether readers should offer the part as a file: it says so, has a name, or is nothing that is shown."""
    if part.content_type.startswith("multipart/"):
        return False
    if part.disposition == "attachment" or part.filename:
        return True
    return not part.content_type.startswith("text/")


def attachments_of(root: Part) -> tuple[Part, ...]:
    """Return the parts that are files; what lies inside an attached message is that message's own."""
    return tuple([part for part in _own(root) if is_attachment(part)])


def texts_of(root: Part, content_type: str) -> tuple[Part, ...]:
    """Return the parts of that type that are shown: no attachments, and not inside an attached message.

    A multipart that could not be divided is plain text: its reader should see what there is.
    """
    return tuple(
        [
            part
            for part in _own(root)
            if (part.content_type == content_type and part.disposition != "attachment")
            or (content_type == "text/plain" and part.content_type.startswith("multipart/") and not part.children)
        ]
    )


def attached_messages(root: Part) -> Iterator[Part]:
    """Yield the messages that are attached, at whatever depth, as the parts that they are themselves."""
    stack = [root]
    while stack:
        part = stack.pop()
        stack.extend(reversed(part.children))
        if part.content_type.startswith("message/"):
            yield from part.children


def every_text(raw: bytes, root: Part, limit: int) -> str:
    """Return the text of all parts that are text, those of attached messages too; of its first so many octets only."""
    texts: list[str] = []
    stack = [root]
    while stack and limit > 0:
        part = stack.pop()
        stack.extend(reversed(part.children))
        if part.content_type.startswith("text/") and not part.children:
            texts.append(text_in(raw, part, limit))
            limit -= part.length
    return "\n".join(texts)


def shown(root: Part, content_type: str) -> Part | None:
    """Return the first part of that type that is shown; a part with a name only where there is no other."""
    found = texts_of(root, content_type)
    return next((part for part in found if not part.filename), found[0] if found else None)


def text_of(raw: bytes, root: Part, limit: int | None = None) -> str:
    """Return the plain text of the message, "" if it has none; with `limit`, of its first so many octets only."""
    part = shown(root, "text/plain")
    return "" if part is None else text_in(raw, part, limit)


def html_of(raw: bytes, root: Part, limit: int | None = None) -> str | None:
    """Return the HTML of the message as text, None if it has none; with `limit`, of its first so many octets only."""
    part = shown(root, "text/html")
    return None if part is None else text_in(raw, part, limit)


def text_in(raw: bytes, part: Part, limit: int | None = None) -> str:
    """Return the body of one part as text; with `limit`, of its first so many octets only."""
    cut = limit is not None and limit < part.length
    return decode_bytes(decoded(raw, part, limit), part.charset, cut=cut)


def _own(root: Part) -> Iterator[Part]:
    """Yield the parts of the message itself, without those of messages attached to it."""
    stack = [root]
    while stack:
        part = stack.pop()
        yield part
        if part.content_type.startswith("multipart/"):
            stack.extend(reversed(part.children))
