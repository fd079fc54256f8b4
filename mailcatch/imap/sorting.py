"""The order that SORT asks for (RFC 5256), from what the store keeps of each message: no mail is read for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from mailcatch.imap.commands import SortField, SortKey
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner
from mailcatch.mime.dates import date_of
from mailcatch.mime.headers import decoded
from mailcatch.store.mailbox_api import Row, Wanted

_PLACES: dict[SortField, int] = {"DATE": 0, "SUBJECT": 1, "FROM": 2, "TO": 5, "CC": 6}  # in an ENVELOPE
_DATED: frozenset[SortField] = frozenset({"ARRIVAL", "DATE"})  # DATE: for mail without one that can be read
_STRINGS = 2  # the first fields of an ENVELOPE are strings, the others up to CC lists of addresses
_BLANKS = re.compile(r"\s+")
_BLOB = r"\[[^\[\]]*+\][ \t]*+"
_BLOBS = re.compile(rf"(?:{_BLOB})*+")
_REPLY = re.compile(rf"(?:re|fwd?)[ \t]*+(?:{_BLOB})?+:[ \t]*+", re.IGNORECASE)
_FORWARD = "[fwd:"
_TRAILER = "(fwd)"
_LONGEST_SUBJECT = 4_096  # of which the base is looked for


def wanted_for(order: Iterable[SortKey]) -> frozenset[Wanted]:
    """Return what rows must hold to be sorted so."""
    wanted: set[Wanted] = set()
    for key in order:
        if key.field in _PLACES:
            wanted.add("envelope")
        if key.field in _DATED:
            wanted.add("internal_at")
    return frozenset(wanted)


def in_order(rows: Sequence[Row], order: Sequence[SortKey]) -> list[int]:
    """Return the UIDs of rows, given ascending by UID, in an order; what is equal stays ascending (RFC 5256 §3)."""
    needed = 1 + max((_PLACES.get(key.field, -1) for key in order), default=-1)
    envelopes = [_envelope(row.envelope, needed) for row in rows]
    places = list(range(len(rows)))
    for key in reversed(order):
        values = [_value(key.field, row, fields) for row, fields in zip(rows, envelopes, strict=True)]
        places.sort(key=values.__getitem__, reverse=key.reverse)
    return [rows[place].placed.uid for place in places]


def _value(field: SortField, row: Row, envelope: Sequence[bytes | None]) -> tuple[int, str]:
    """Return what a message is compared by: a number or a text, the other left out."""
    if field == "ARRIVAL":
        return row.internal_at, ""
    if field == "SIZE":
        return row.size, ""
    octets = envelope[_PLACES[field]]
    if field == "DATE":
        sent = date_of(octets)
        return (row.internal_at if sent is None else sent), ""  # RFC 5256 §2.2
    text = decoded(octets) if field == "SUBJECT" else (octets or b"").decode("utf-8", "replace")
    return 0, casemap(base_subject(text) if field == "SUBJECT" else text)


def _envelope(octets: bytes, count: int) -> list[bytes | None]:
    """Return the first fields of an ENVELOPE as it goes over the line; of addresses the first one's local part."""
    scanner = Scanner(octets)
    fields: list[bytes | None] = []
    try:
        scanner.expect(b"(")
        for place in range(count):
            if place:
                scanner.space()
            fields.append(scanner.nil_or_string("a string") if place < _STRINGS else _first_mailbox(scanner))
    except Problem:
        fields += [None] * (count - len(fields))
    return fields


def _first_mailbox(scanner: Scanner) -> bytes | None:
    if not scanner.skip(b"("):
        return scanner.nil_or_string("a list of addresses")
    mailboxes: list[bytes | None] = []
    while not scanner.skip(b")"):
        strings = scanner.parenthesized(lambda: scanner.nil_or_string("a string"))
        mailboxes.append(strings[2] if len(strings) > 2 else None)
        scanner.skip(b" ")
    return mailboxes[0] if mailboxes else None


def base_subject(subject: str) -> str:
    """Return a decoded subject without what replies and forwards put around it (RFC 5256 §2.1)."""
    text = _BLANKS.sub(" ", subject[:_LONGEST_SUBJECT])
    start, end = 0, len(text)
    while True:
        end = _without_trailers(text, start, end)
        start = _past_leaders(text, start, end)
        if not (text[start : start + len(_FORWARD)].lower() == _FORWARD and text.endswith("]", start, end)):
            return text[start:end]
        start, end = start + len(_FORWARD), end - 1


def _without_trailers(text: str, start: int, end: int) -> int:
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif end - len(_TRAILER) >= start and text[end - len(_TRAILER) : end].lower() == _TRAILER:
            end -= len(_TRAILER)
        else:
            break
    return end


def _past_leaders(text: str, start: int, end: int) -> int:
    """Return where the base begins: after `Re:`, `Fwd:`, `[list]`, but a blob that is all there is stays."""
    while True:
        while start < end and text[start] == " ":
            start += 1
        blobs = _end(_BLOBS, text, start, end)
        reply = _REPLY.match(text, blobs, end)
        if reply is not None:
            start = reply.end()
            continue
        return blobs if blobs < end else _last_blob(text, start, end)


def _end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    match = pattern.match(text, start, end)
    return match.end() if match else start


def _last_blob(text: str, start: int, end: int) -> int:
    opening = text.rfind("[", start, end)
    return opening if opening >= start else start


def casemap(text: str) -> str:
    """Return text as i;unicode-casemap compares it (RFC 5051): in capitals, taken apart; by code point."""
    capitals = text.upper()
    return capitals if capitals.isascii() else unicodedata.normalize("NFD", capitals)
