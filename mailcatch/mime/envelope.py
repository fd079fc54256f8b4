"""IMAP's ENVELOPE, cut from raw header bytes (RFC 3501 §7.4.2): as it goes over the line, nothing decoded.

What is 8-bit, or too long for a quoted string, is a literal; NUL, which no string of IMAP may hold, is left out. What
cannot be read is NIL: a client then shows nothing, instead of losing the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mailcatch.mime.addresses import MOST_ADDRESSES
from mailcatch.mime.headers import Fields

NIL = b"NIL"
LONGEST_QUOTED = 1_000
"""Octets of a quoted string: a line of IMAP that a client reads whole stays short."""

_QUOTABLE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]*+\Z")
_SPECIAL = re.compile(rb'(["\\])')
_LINE_ENDS = re.compile(rb"[\r\n]++")
_TOKEN = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"?+'  # a quoted string
    rb'|<(?:@[^<>:]*+:)?+(?:"(?:[^"\\]++|\\.)*+"|[^<>,;"]++)*+>?+'  # an address, its route included
    rb'|[(),;:]|\\.?+|>|[^"(),:;<>\\]++',
    re.DOTALL,
)
_COMMENT = re.compile(rb"[()]|\\.?+|[^()\\]++", re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_BLANKS = re.compile(rb"[ \t]++")
_ONE = re.compile(
    rb'[ \t]*+(?:"([^"\\]*+)"[ \t]*+|([^"(),:;<>\\@]*+))<([^"(),:;<>\\ \t@]++)@([^"(),:;<>\\ \t@]++)>[ \t]*+\Z'
)
"""`Name <a@b>`, which most fields are."""


class Mailbox(NamedTuple):
    """One address of an envelope, or the beginning (name in `mailbox`) or end of a group, which have no host."""

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


def envelope_of(fields: Fields) -> bytes:
    """Return the ENVELOPE of a header, parentheses included."""
    first = fields.get
    sender_default = _addresses(fields, b"from", NIL)
    return b"(%s)" % b" ".join(
        (
            nstring(first(b"date")),
            nstring(first(b"subject")),
            sender_default,
            _addresses(fields, b"sender", sender_default),
            _addresses(fields, b"reply-to", sender_default),
            _addresses(fields, b"to", NIL),
            _addresses(fields, b"cc", NIL),
            _addresses(fields, b"bcc", NIL),
            nstring(first(b"in-reply-to")),
            nstring(first(b"message-id")),
        )
    )


def nstring(value: bytes | None) -> bytes:
    """Return a raw header value as an nstring: unfolded, quoted if it can be, else a literal."""
    return NIL if value is None else string(unfolded(value))


def unfolded(value: bytes) -> bytes:
    """Return a raw value on one line, the blanks around it taken off."""
    if b"\n" in value or b"\r" in value:
        value = _LINE_ENDS.sub(b"", value)
    return value.strip(b" \t")


def string(value: bytes) -> bytes:
    """Return octets as a string of IMAP."""
    if _QUOTABLE.match(value) and len(value) <= LONGEST_QUOTED:
        if b'"' in value or b"\\" in value:
            value = _SPECIAL.sub(rb"\\\1", value)
        return b'"%s"' % value
    value = value.replace(b"\0", b"")
    return b"{%d}\r\n%s" % (len(value), value)


def _addresses(fields: Fields, name: bytes, absent: bytes) -> bytes:
    values = fields.all(name)
    if not values:
        return absent
    found = list(_listed(values))
    return b"(%s)" % b"".join(found) if found else absent


def _listed(values: Sequence[bytes]) -> Iterator[bytes]:
    left = MOST_ADDRESSES
    for value in values:
        for mailbox in mailboxes_of(unfolded(value)):
            yield b"(%s %s %s %s)" % tuple(NIL if part is None else string(part) for part in mailbox)
            left -= 1
            if not left:
                return


def mailboxes_of(text: bytes) -> Iterator[Mailbox]:
    """Yield the addresses of one unfolded field in their order, with the marks of groups."""
    one = _ONE.match(text)
    if one is None:
        yield from _List(text).mailboxes()
        return
    quoted, name, mailbox, host = one.groups()
    shown = quoted if quoted is not None else _BLANKS.sub(b" ", name.strip(b" \t"))
    yield Mailbox(shown or None, None, mailbox, host)


class _List:
    """One field that is more than a plain mailbox."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._position = 0
        self._in_group = False
        self._forget()

    def _forget(self) -> None:
        self._phrase: list[bytes] = []
        self._angled: bytes | None = None
        self._comments: list[bytes] = []

    def mailboxes(self) -> Iterator[Mailbox]:
        """Yield what the field holds."""
        for piece in self._pieces():
            if piece == b":" and self._angled is None and not self._in_group:
                yield Mailbox(None, None, _words(self._phrase), None)
                self._in_group = True
                self._forget()
            elif piece in {b",", b";"}:
                yield from self._mailbox()
                if piece == b";" and self._in_group:
                    self._in_group = False
                    yield Mailbox(None, None, None, None)
            else:
                self._take(piece)
        yield from self._mailbox()
        if self._in_group:
            yield Mailbox(None, None, None, None)

    def _pieces(self) -> Iterator[bytes]:
        while (match := _TOKEN.match(self._text, self._position)) is not None:
            self._position = match.end()
            yield match[0]

    def _take(self, piece: bytes) -> None:
        if piece == b"(":
            self._comments.append(self._comment())
        elif piece[:1] == b"<" and self._angled is None:
            self._angled = piece[1:].removesuffix(b">").strip(b" \t")
        else:
            self._phrase.append(piece)

    def _comment(self) -> bytes:
        """Read up to the parenthesis that closes the one just read; comments nest."""
        depth, pieces = 1, []
        while (match := _COMMENT.match(self._text, self._position)) is not None:
            self._position = match.end()
            depth += (match[0] == b"(") - (match[0] == b")")
            if not depth:
                break
            pieces.append(match[0])
        return _QUOTED_PAIR.sub(rb"\1", b"".join(pieces)).strip()

    def _mailbox(self) -> Iterator[Mailbox]:
        """Yield the mailbox read so far, if there was anything, and begin the next."""
        phrase, angled = self._phrase, self._angled
        name = b" ".join(self._comments) or None
        self._forget()
        if angled is not None:
            route = None
            if angled.startswith(b"@"):
                route, _, angled = angled.partition(b":")
            yield Mailbox(_words(phrase) or name, route, *_halves(angled))
            return
        bare = b"".join(phrase).strip(b" \t")
        if bare:
            yield Mailbox(name, None, *_halves(bare))


def _halves(address: bytes) -> tuple[bytes, bytes]:
    """Return what stands before and after the last `@`, without the blanks around its parts."""
    if not address.startswith(b'"'):
        address = _BLANKS.sub(b"", address)
    mailbox, at, host = address.rpartition(b"@")
    if not at:
        return host, b""
    if mailbox[:1] == b'"' and mailbox[-1:] == b'"' and len(mailbox) > 1:
        mailbox = _QUOTED_PAIR.sub(rb"\1", mailbox[1:-1])
    return mailbox, host


def _words(pieces: Sequence[bytes]) -> bytes:
    plain = [_QUOTED_PAIR.sub(rb"\1", piece[1:].removesuffix(b'"')) if piece[:1] == b'"' else piece for piece in pieces]
    return _BLANKS.sub(b" ", b"".join(plain)).strip(b" ")
