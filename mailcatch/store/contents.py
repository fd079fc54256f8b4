"""Messages that are opened for a query: header fields, HTML, attachments, links, codes, the envelope.

Nothing of this is kept in a column. It is read when a query asks for it, one message at a time, and no more of that
than the question needs: so a search through all mail needs no more memory than its largest texts.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

import msgspec
from msgspec.structs import replace

from mailcatch.extract.codes import codes
from mailcatch.extract.gathering import gathered
from mailcatch.extract.links import links
from mailcatch.extract.source import Source
from mailcatch.mime.headers import Fields, decoded, read_fields
from mailcatch.mime.parts import attachments_of, html_of, shown
from mailcatch.mime.reading import TEXT_BYTES
from mailcatch.mime.structure import scan
from mailcatch.model import Envelope, Part
from mailcatch.search.fold import fold
from mailcatch.store.deriving import INDEXED_CHARACTERS

CERTAIN = 0.5
"""The confidence from which on a code is one."""

_GROUPING = str.maketrans("", "", " -")

Cut = Callable[[int, int], bytes]
"""Returns raw[start:start + length] of a message."""


class OpenMessage:
    """A message whose octets can be cut; what was read of it is kept as long as it is."""

    def __init__(
        self, cut: Cut, root: Callable[[], Part], envelope: Callable[[], Envelope], text: Callable[[], str]
    ) -> None:
        self._cut = cut
        self._read_root = root
        self._read_envelope = envelope
        self._read_text = text
        self._values: dict[tuple[str, str], Sequence[str]] = {}

    def values(self, field: str, name: str) -> Sequence[str]:
        """Return the folded values of a field, as `search.contents.Contents` says."""
        key = field, name
        if key not in self._values:
            self._values[key] = self._folded(field, name)
        return self._values[key]

    def _folded(self, field: str, name: str) -> Sequence[str]:  # noqa: PLR0911 - one for each field
        match field:
            case "header":
                return [fold(decoded(value)) for value in self._fields.all(name.encode("ascii", "replace"))]
            case "html":
                return (self._html,) if self._html else ()
            case "body":
                return [text for text in (self._read_text(), self._html) if text]
            case "attachment":
                return self._attachments(name)
            case "link":
                return [fold(getattr(link, name)) for link in links(self._source)]
            case "code":
                found = [code for code in codes(self._source) if code.confidence >= CERTAIN]
                return [fold(code.value).translate(_GROUPING) for code in found]
            case _:
                return tuple(_said(self._read_envelope(), field))

    @cached_property
    def _root(self) -> Part:
        return self._read_root()

    @cached_property
    def _fields(self) -> Fields:
        head = self._cut(0, self._root.offset)
        return read_fields(head, 0, len(head)).fields

    @cached_property
    def _html(self) -> str:
        part = shown(self._root, "text/html")
        if part is None:
            return ""
        body = self._cut(part.offset, min(part.length, TEXT_BYTES))
        alone = replace(part, header_offset=0, offset=0, length=part.length, children=())
        return fold(html_of(body, alone, TEXT_BYTES) or "")[:INDEXED_CHARACTERS]

    @cached_property
    def _source(self) -> Source:
        return gathered(self._cut, self._root)

    def _attachments(self, what: str) -> list[str]:
        found = attachments_of(self._root)
        if what == "type":
            return [part.content_type for part in found]
        return [fold(part.filename) for part in found if part.filename]


def _said(envelope: Envelope, field: str) -> Iterator[str]:
    """Yield what the client said, or what it is: with and without its port."""
    value = {"user": envelope.auth_user, "helo": envelope.helo, "peer": envelope.peer, "tls": envelope.tls}[field]
    if value is None:
        return
    yield fold(value)
    host, colon, port = value.rpartition(":")
    if field == "peer" and colon and port.isdecimal():
        yield fold(host.strip("[]"))


def open_message(connection: sqlite3.Connection, seq: int) -> OpenMessage:
    """Return a message as it is in the transaction of a connection, for as long as that lasts."""

    def cut(start: int, length: int) -> bytes:
        with connection.blobopen("raw", "data", seq, readonly=True) as blob:
            blob.seek(min(start, len(blob)))
            return blob.read(min(length, len(blob)))

    def one(sql: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = connection.execute(sql, (seq,)).fetchone()
        return row

    def root() -> Part:
        row = one("SELECT parts FROM structures WHERE message = ?")
        return scan(cut(0, _ALL)).root if row is None else _part(row[0])  # the disk was full when it should be written

    def envelope() -> Envelope:
        row = one("SELECT envelope FROM messages WHERE seq = ?")
        return _NOBODY if row is None else _envelope(row[0])

    def text() -> str:
        row = one("SELECT body FROM texts WHERE message = ?")
        return "" if row is None else str(row[0])

    return OpenMessage(cut, root, envelope, text)


_ALL = 1 << 40
_NOBODY = Envelope("", ())
_envelope = msgspec.json.Decoder(Envelope).decode
_part = msgspec.json.Decoder(Part).decode


def given_message(raw: bytes, root: Part, envelope: Envelope, body: str) -> OpenMessage:
    """Return a message that is in memory; `body` is its folded text, as search has it."""
    return OpenMessage(lambda start, length: raw[start : start + length], lambda: root, lambda: envelope, lambda: body)


class Lent:
    """The contents of messages that are opened later, when a waiter asks: each question borrows a connection.

    What was asked last is kept, for many may ask the same of one arrival.
    """

    def __init__(self, lend: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._lend = lend
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str, str], Sequence[str]] = OrderedDict()

    def message(self, seq: int) -> LentMessage:
        """Return a message by its number; it may be gone when it is asked."""
        return LentMessage(self, seq)

    def values(self, seq: int, field: str, name: str) -> Sequence[str]:
        """Return the folded values of a field; none of a message that is gone. Raises Overloaded and StoreError."""
        key = seq, field, name
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._lend() as connection:
            there = connection.execute("SELECT 1 FROM messages WHERE seq = ?", (seq,)).fetchone()
            found = open_message(connection, seq).values(field, name) if there else ()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


_KEPT = 16  # answers, each of 512 Ki characters at most


@dataclass(frozen=True, slots=True)
class LentMessage:
    """One of these messages."""

    lent: Lent
    seq: int

    def values(self, field: str, name: str) -> Sequence[str]:
        """Return the folded values of a field, as `search.contents.Contents` says."""
        return self.lent.values(self.seq, field, name)
