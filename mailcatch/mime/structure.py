"""One scan of the raw bytes: the part tree with offsets. Sans-IO, never raises.

A multipart's delimiters are looked for inside what its parent left it, so an outer delimiter ends whatever was left
open within it. Limits stand where a timer cannot: past them a part is opaque, and the reason is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mailcatch.mime.headers import Fields, decode_words, read_fields, unfolded
from mailcatch.mime.params import boundary_of, parse_params
from mailcatch.mime.transfer import decoded_size
from mailcatch.model import Part

DEEPEST = 50
MOST_PARTS = 10_000
MOST_LOOKALIKES = 100_000
"""Lines that begin like a delimiter and are none."""
MOST_SEARCHES = 12
"""How often a message is searched from end to end, by multiparts within each other; 64 MiB of searching are free."""

_SEARCHED_FREELY = 64 << 20
_TYPE = re.compile(r"[a-z0-9!#$&^_.+*'%`{|}~-]++/[a-z0-9!#$&^_.+*'%`{|}~-]++\Z")
_PADDING = re.compile(rb"[ \t]*+(?:\r\n?|\n|\Z)")
_LINE_END = re.compile(rb"[\r\n]")
_MESSAGES = frozenset({"message/rfc822", "message/global"})  # RFC 2046 §5.2.1, RFC 6532 §3.7
_ENCODED = frozenset({"base64", "quoted-printable"})


class Scanned(NamedTuple):
    """A message, scanned: its part tree, the fields of its own header, and which limit it met, if any."""

    root: Part
    fields: Fields
    error: str | None


def scan(raw: bytes) -> Scanned:
    """Scan a message."""
    scan = _Scan(raw)
    root = scan.part(0, len(raw), None, "", 0)
    return Scanned(root, scan.fields or Fields([]), scan.error)


@dataclass(slots=True)
class _Scan:
    raw: bytes
    parts: int = 0
    error: str | None = None
    fields: Fields | None = None  # of the message itself
    lookalikes: int = 0
    searched: int = 0  # octets, by all multiparts together
    line_ends: int = 0
    counted: int = 0  # up to where they are

    def part(
        self, start: int, end: int, number: str | None, prefix: str, depth: int, *, default: str = "text/plain"
    ) -> Part:
        """Cut the part at [start, end).

        `number` is its IMAP number, None for a whole message: that is "" if it is a multipart, else `prefix` and 1.
        """
        self.parts += 1
        fields, offset, problem = read_fields(self.raw, start, end)
        if self.fields is None:
            self.fields = fields
        head = _head_of(fields, default)
        lines_before = self._lines_up_to(offset)
        children: tuple[Part, ...] = ()
        if problem:
            self.error = self.error or problem
        elif head.boundary:
            children = self._multipart(head, offset, end, f"{number}." if number else prefix, depth)
        own = number if number is not None else ("" if children else f"{prefix}1")
        if head.content_type in _MESSAGES and not problem:
            children = self._message(head, offset, end, f"{own}.", depth)
        return Part(
            number=own,
            content_type=head.content_type,
            charset=head.charset,
            encoding=head.encoding,
            disposition=head.disposition,
            filename=head.filename,
            content_id=head.content_id,
            size=end - offset if children else decoded_size(self.raw, offset, end, head.encoding),
            lines=self._lines_up_to(end) - lines_before,
            header_offset=start,
            offset=offset,
            length=end - offset,
            children=children,
            content_location=head.content_location,
        )

    def _multipart(self, head: _Head, offset: int, end: int, prefix: str, depth: int) -> tuple[Part, ...]:
        self.searched += end - offset
        if self._too_much(depth):
            return ()
        default = "message/rfc822" if head.content_type == "multipart/digest" else "text/plain"
        children: list[Part] = []
        for first, last in self._regions(head.boundary, offset, end):
            if self._too_much(depth):
                break
            number = f"{prefix}{len(children) + 1}"
            children.append(self.part(first, last, number, f"{number}.", depth + 1, default=default))
        return tuple(children)

    def _message(self, head: _Head, offset: int, end: int, prefix: str, depth: int) -> tuple[Part, ...]:
        if head.encoding in _ENCODED or offset >= end or self._too_much(depth):
            return ()  # an encoded message is not looked into: its offsets would be of other bytes
        return (self.part(offset, end, None, prefix, depth + 1),)

    def _too_much(self, depth: int) -> bool:
        if depth >= DEEPEST:
            self.error = self.error or f"parts are nested deeper than {DEEPEST}"
        elif self.parts >= MOST_PARTS:
            self.error = self.error or f"there are more than {MOST_PARTS} parts"
        elif self.searched > max(MOST_SEARCHES * len(self.raw), _SEARCHED_FREELY):
            self.error = self.error or f"multiparts of its size are nested deeper than {MOST_SEARCHES}"
        else:
            return False
        return True

    def _regions(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the parts between delimiter lines lie (RFC 2046 §5.1.1); the line end before one is its own."""
        raw = self.raw
        opened: int | None = None
        for found, after in self._delimiters(b"--" + boundary, start, end):
            if opened is not None and found > opened:  # two delimiter lines in a row are one
                yield opened, max(opened, _before_line_end(raw, found))
            opened = after
        if opened is not None:
            yield opened, end

    def _delimiters(self, delimiter: bytes, start: int, end: int) -> Iterator[tuple[int, int | None]]:
        """Yield where each delimiter line begins and what follows it, None after the closing one."""
        raw, position = self.raw, start
        while (found := raw.find(delimiter, position, end)) >= 0:
            position = found + len(delimiter)
            if found == start or raw[found - 1] in b"\r\n":
                if (line_end := _PADDING.match(raw, position, end)) is not None:
                    yield found, line_end.end()
                    position = line_end.end()
                    continue
                if raw.startswith(b"--", position, end) and _PADDING.match(raw, position + 2, end):
                    yield found, None
                    return
            # Inside a line, or the beginning of a longer one: nothing more of this line can be a delimiter.
            self.lookalikes += 1
            following = _LINE_END.search(raw, position, end)
            if following is None or self.lookalikes > MOST_LOOKALIKES:
                if following:
                    self.error = self.error or f"more than {MOST_LOOKALIKES} lines look like delimiters"
                return
            position = following.end()

    def _lines_up_to(self, position: int) -> int:
        """Count line ends; asked for positions that only grow, so each octet is looked at once."""
        self.line_ends += self.raw.count(b"\n", self.counted, position)
        self.counted = position
        return self.line_ends


class _Head(NamedTuple):
    """What the header of a part says of its body."""

    content_type: str
    charset: str | None
    boundary: bytes  # b"" if it is no multipart
    encoding: str
    disposition: str | None
    filename: str | None
    content_id: str | None
    content_location: str | None


def _head_of(fields: Fields, default: str) -> _Head:
    field = fields.get
    value = field(b"content-type")
    content_type, params = parse_params(value)
    if value is None or not _TYPE.match(content_type):
        # RFC 2045 §5.2; what is there but cannot be read is text/plain too, as every reader takes it
        content_type = default if value is None else "text/plain"
    multipart = value is not None and content_type.startswith("multipart/")
    disposition, its_params = parse_params(field(b"content-disposition"))
    filename = its_params.get("filename") or params.get("name")
    id, location = field(b"content-id"), field(b"content-location")
    return _Head(
        content_type,
        params.get("charset"),
        boundary_of(value) if multipart and value is not None else b"",
        parse_params(field(b"content-transfer-encoding")).token or "7bit",
        disposition or None,
        decode_words(filename) if filename else None,
        unfolded(id).strip("<> \t") if id else None,
        unfolded(location) if location else None,
    )


def _before_line_end(raw: bytes, position: int) -> int:
    if raw.endswith(b"\r\n", 0, position):
        return position - 2
    return position - 1 if position else 0
