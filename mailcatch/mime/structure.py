"""One scan of the raw bytes: the part tree with offsets. Sans-IO, never raises.

A multipart's delimiters are looked for inside what its parent left it, so an outer delimiter ends whatever was left
open within it. Limits stand where a timer cannot: past them a part is opaque, and the reason is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailcatch.mime.headers import Fields, decode_words, parse_params, read_fields, unfolded
from mailcatch.mime.transfer import base64_size, decode_body
from mailcatch.model import Part

DEEPEST = 50
MOST_PARTS = 10_000

_TYPE = re.compile(r"[a-z0-9!#$&^_.+*'%`{|}~-]+/[a-z0-9!#$&^_.+*'%`{|}~-]+\Z")
_LINE_END = re.compile(rb"[ \t]*(?:\r?\n|\r|\Z)")


def scan(raw: bytes) -> tuple[Part, str | None]:
    """Return the part tree of a message, and which limit it met, if any."""
    state = _Scan(raw)
    root = state.part(0, len(raw), None, "", 0)
    return root, state.error


@dataclass(slots=True)
class _Scan:
    raw: bytes
    parts: int = 0
    error: str | None = None

    def part(
        self, start: int, end: int, number: str | None, prefix: str, depth: int, *, in_digest: bool = False
    ) -> Part:
        """Cut the part at [start, end).

        `number` is its IMAP number, None for a whole message: that is "" if it is a multipart, else `prefix` and 1.
        """
        self.parts += 1
        fields, offset, problem = read_fields(self.raw, start, end)
        self.error = self.error or problem
        head = _Head.of(fields, "message/rfc822" if in_digest else "text/plain")
        children: tuple[Part, ...] = ()
        if head.content_type.startswith("multipart/"):
            inside = f"{number}." if number else prefix
            children = self._multipart(head, offset, end, inside, depth)
        own = number if number is not None else ("" if children else f"{prefix}1")
        if head.content_type == "message/rfc822":
            children = self._message(head, offset, end, f"{own}.", depth)
        return self._cut(head, start, offset, end, number=own, children=children)

    def _multipart(self, head: _Head, offset: int, end: int, prefix: str, depth: int) -> tuple[Part, ...]:
        boundary = head.params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
        if not boundary or self._too_much(depth):
            return ()
        digest = head.content_type == "multipart/digest"
        children: list[Part] = []
        for first, last in _regions(self.raw, boundary, offset, end):
            if self._too_much(depth):
                break
            number = f"{prefix}{len(children) + 1}"
            children.append(self.part(first, last, number, f"{number}.", depth + 1, in_digest=digest))
        return tuple(children)

    def _message(self, head: _Head, offset: int, end: int, prefix: str, depth: int) -> tuple[Part, ...]:
        if head.encoding in ("base64", "quoted-printable") or offset >= end or self._too_much(depth):
            return ()  # an encoded message is not looked into: its offsets would be of other bytes
        return (self.part(offset, end, None, prefix, depth + 1),)

    def _too_much(self, depth: int) -> bool:
        if depth >= DEEPEST:
            self.error = self.error or f"parts are nested deeper than {DEEPEST}"
        elif self.parts >= MOST_PARTS:
            self.error = self.error or f"there are more than {MOST_PARTS} parts"
        else:
            return False
        return True

    def _cut(self, head: _Head, start: int, offset: int, end: int, *, number: str, children: tuple[Part, ...]) -> Part:
        raw = self.raw
        return Part(
            number=number,
            content_type=head.content_type,
            charset=head.params.get("charset"),
            encoding=head.encoding,
            disposition=head.disposition,
            filename=head.filename,
            content_id=head.content_id,
            size=end - offset if children else _decoded_size(raw, offset, end, head.encoding),
            lines=raw.count(b"\n", offset, end) + (end > offset and raw[end - 1] != 10),
            header_offset=start,
            offset=offset,
            length=end - offset,
            children=children,
            content_location=head.content_location,
        )


@dataclass(frozen=True, slots=True)
class _Head:
    """What the header of a part says of its body."""

    content_type: str
    params: dict[str, str]
    encoding: str
    disposition: str | None
    filename: str | None
    content_id: str | None
    content_location: str | None

    @classmethod
    def of(cls, fields: Fields, default: str) -> _Head:
        content_type, params = parse_params(fields.get("content-type"))
        if not _TYPE.match(content_type):
            # RFC 2045 §5.2; what is there but cannot be read is text/plain too, as every reader takes it
            content_type = default if fields.get("content-type") is None else "text/plain"
        encoding, _ = parse_params(fields.get("content-transfer-encoding"))
        disposition, its_params = parse_params(fields.get("content-disposition"))
        filename = its_params.get("filename") or params.get("name")
        id, location = fields.get("content-id"), fields.get("content-location")
        return cls(
            content_type,
            params,
            encoding or "7bit",
            disposition or None,
            decode_words(filename) if filename else None,
            unfolded(id).strip("<> \t") if id else None,
            unfolded(location) if location else None,
        )


def _regions(raw: bytes, boundary: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the parts between the delimiter lines lie (RFC 2046 §5.1.1); the line end before one is its own."""
    delimiter = b"--" + boundary
    regions: list[tuple[int, int]] = []
    opened: int | None = None
    position = start
    while (found := raw.find(delimiter, position, end)) >= 0:
        position = found + len(delimiter)
        if found > start and raw[found - 1] not in b"\r\n":
            continue
        closing = raw.startswith(b"--", position, end)
        line_end = _LINE_END.match(raw, position + 2 * closing, end)
        if line_end is None and not closing:
            continue  # a longer boundary that begins like this one
        if opened is not None and found > opened:  # two delimiter lines in a row are one
            regions.append((opened, max(opened, _before_line_end(raw, found))))
        opened = None
        if closing or line_end is None:
            break
        opened = position = line_end.end()
    if opened is not None:
        regions.append((opened, end))
    return regions


def _before_line_end(raw: bytes, position: int) -> int:
    if raw.endswith(b"\r\n", 0, position):
        return position - 2
    return position - 1 if position else 0


def _decoded_size(raw: bytes, offset: int, end: int, encoding: str) -> int:
    if encoding in ("7bit", "8bit", "binary"):
        return end - offset
    body = raw[offset:end]
    return base64_size(body) if encoding == "base64" else len(decode_body(body, encoding))
