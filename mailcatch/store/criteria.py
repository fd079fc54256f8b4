"""IMAP's SEARCH over the copies of a mailbox: the tree becomes one function, the cheap keys first.

In Python rather than in SQL: flags and numbers are in the row that is read anyway, and a tree may nest deeper than a
parser of SQL bears. What lies elsewhere, a message's header or its text, is read for those copies only that the cheap
keys leave.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_tz

from mailcatch.mime.headers import LONGEST_HEADER, Fields, decoded, read_fields
from mailcatch.mime.parts import attached_messages, every_text
from mailcatch.mime.reading import TEXT_BYTES
from mailcatch.mime.structure import scan
from mailcatch.search import criteria as c
from mailcatch.search.fold import fold
from mailcatch.store.mailbox_api import Placed, Range
from mailcatch.store.placements import in_ranges, split

_DAY = 86_400_000  # milliseconds


class _Candidate:
    """One copy, and what of its message is read when a key asks for it."""

    __slots__ = ("_connection", "flags", "internal_at", "keywords", "message", "modseq", "size", "uid")

    def __init__(self, connection: sqlite3.Connection, row: tuple[int, int, int, str, int, int, int]) -> None:
        self._connection = connection
        self.uid, self.message, self.flags, self.keywords, self.modseq, self.size, self.internal_at = row

    def text(self) -> str:
        """Return the folded body; with messages attached to it, theirs too (RFC 3501 §6.4.4: BODY is all of it)."""
        found = self._connection.execute(
            "SELECT t.body, instr(s.parts, '\"message/') FROM texts t JOIN structures s USING (message)"
            " WHERE message = ?",
            (self.message,),
        ).fetchone()
        if found is None:
            return ""
        body, attached = found
        return f"{body} {fold(self._attached())}" if attached else str(body)

    def _attached(self) -> str:
        (raw,) = self._connection.execute("SELECT data FROM raw WHERE message = ?", (self.message,)).fetchone()
        root = scan(raw).root
        headers = [_spelt(read_fields(raw, each.header_offset, each.offset).fields) for each in attached_messages(root)]
        return "\n".join([*headers, every_text(raw, root, TEXT_BYTES)])

    def header(self) -> bytes:
        """Return the octets in which the header lies."""
        with self._connection.blobopen("raw", "data", self.message, readonly=True) as blob:
            return blob.read(LONGEST_HEADER)


Match = Callable[[_Candidate], bool]


def search(
    connection: sqlite3.Connection, mailbox: int, criteria: c.Criteria, uids: Sequence[Range] | None
) -> list[Placed]:
    """Return what matches, ascending by UID, of the copies with those UIDs (None: of all)."""
    _, match = _compiled(criteria)
    columns = "p.uid, p.message, p.flags, p.keywords, p.modseq, p.size"
    if _asks_for_arrival(criteria):
        columns += ", (SELECT internal_at FROM messages WHERE seq = p.message)"
    else:
        columns += ", 0"
    sql, parameters = in_ranges(columns, [(1, 0xFFFF_FFFF)] if uids is None else uids)
    rows = connection.execute(sql, (*parameters, mailbox))
    return [Placed(row[0], row[1], row[2], split(row[3]), row[4]) for row in rows if match(_Candidate(connection, row))]


def _asks_for_arrival(criteria: c.Criteria) -> bool:
    match criteria:
        case c.Not(operand):
            return _asks_for_arrival(operand)
        case c.AllOf(operands) | c.AnyOf(operands):
            return any(map(_asks_for_arrival, operands))
        case _:
            return isinstance(criteria, c.Arrived)


def _compiled(criteria: c.Criteria) -> tuple[int, Match]:
    """Return what a key costs, and the function that answers it."""
    match criteria:
        case c.Not(operand):
            cost, inner = _compiled(operand)
            return cost, lambda each: not inner(each)
        case c.AllOf(operands):
            parts = sorted(map(_compiled, operands), key=lambda part: part[0])
            matches = [part for _, part in parts]
            return max((cost for cost, _ in parts), default=0), lambda each: all(part(each) for part in matches)
        case c.AnyOf(operands):
            parts = sorted(map(_compiled, operands), key=lambda part: part[0])
            options = [part for _, part in parts]
            return max((cost for cost, _ in parts), default=0), lambda each: any(part(each) for part in options)
        case c.Header() | c.Body() | c.Sent():
            return 1, _read(criteria)
        case _:
            return 0, _known(criteria)


def _known(criteria: c.Criteria) -> Match:  # noqa: PLR0911 - a table of keys
    """Return the answer to a key that the row itself answers."""
    match criteria:
        case c.Flag(bit):
            return lambda each: bool(each.flags & bit)
        case c.Keyword(name):
            wanted = name.lower()
            return lambda each: wanted in each.keywords.lower().split(" ")
        case c.Uids(ranges):
            return _within(ranges)
        case c.Size(relation, octets):
            larger = relation == ">"
            return lambda each: each.size > octets if larger else each.size < octets
        case c.Modseq(least):
            return lambda each: each.modseq >= least
        case c.Arrived(relation, day):
            return _arrived(relation, day)
        case _:
            return lambda each: True


def _arrived(relation: str, day: date) -> Match:
    first = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    if relation == "<":
        return lambda each: each.internal_at < first
    if relation == ">=":
        return lambda each: each.internal_at >= first
    return lambda each: first <= each.internal_at < first + _DAY


def _within(ranges: Sequence[Range]) -> Match:
    firsts = [first for first, _ in ranges]

    def within(each: _Candidate) -> bool:
        at = bisect_right(firsts, each.uid) - 1
        return at >= 0 and each.uid <= ranges[at][1]

    return within


def _read(criteria: c.Header | c.Body | c.Sent) -> Match:
    """Return the answer to a key for which something must be read."""
    match criteria:
        case c.Header(name, text):
            wanted, field = fold(text), name.lower().encode("ascii", "replace")
            return lambda each: any(wanted in fold(value) for value in _values(each, field))
        case c.Body(text, headers):
            wanted = fold(text)
            if headers:
                return lambda each: wanted in each.text() or wanted in fold(_header_text(each))
            return lambda each: wanted in each.text()
        case c.Sent(relation, day):
            return lambda each: _is_sent(each, relation, day)


def _values(each: _Candidate, name: bytes) -> list[str]:
    raw = each.header()
    return [decoded(value) for value in read_fields(raw, 0, len(raw)).fields.all(name)]


def _header_text(each: _Candidate) -> str:
    raw = each.header()
    return _spelt(read_fields(raw, 0, len(raw)).fields)


def _spelt(fields: Fields) -> str:
    return "\n".join(f"{name.decode('latin-1')}: {decoded(value)}" for name, value in fields.items)


def _is_sent(each: _Candidate, relation: str, day: date) -> bool:
    values = _values(each, b"date")
    parts = parsedate_tz(values[0]) if values else None
    if parts is None:
        return False
    try:
        sent = date(*parts[:3])
    except ValueError:
        return False
    return sent < day if relation == "<" else sent >= day if relation == ">=" else sent == day
