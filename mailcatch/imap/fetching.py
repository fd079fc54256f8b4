"""FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4): items, macros and sections."""

from __future__ import annotations

import re
from typing import get_args

from mailcatch.imap.answers import astring
from mailcatch.imap.commands import Attribute, BodyItem, Command, Fetch, Section, SectionText
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import HIGHEST_NUMBER_64, Scanner

Item = Attribute | BodyItem

_MACROS: dict[str, tuple[Item, ...]] = {
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
_ATTRIBUTES: dict[str, Attribute] = {name: name for name in get_args(Attribute)}
_WHOLE = {
    "RFC822": BodyItem(b"RFC822", Section(), peek=False),
    "RFC822.PEEK": BodyItem(b"RFC822", Section(), peek=True),  # of IMAP2bis; iOS asks for it
    "RFC822.HEADER": BodyItem(b"RFC822.HEADER", Section(text="HEADER"), peek=True),
    "RFC822.TEXT": BodyItem(b"RFC822.TEXT", Section(text="TEXT"), peek=False),
    "RFC822.TEXT.PEEK": BodyItem(b"RFC822.TEXT", Section(text="TEXT"), peek=True),
    "RFC822.HEADER.PEEK": BodyItem(b"RFC822.HEADER", Section(text="HEADER"), peek=True),
}
_NAME = re.compile(rb"[A-Za-z0-9.]++")
_PART = re.compile(rb"([1-9][0-9]{0,8}(?:\.[1-9][0-9]{0,8})*+)(\.(?=[A-Za-z]))?")
_TEXT = re.compile(rb"HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME", re.IGNORECASE)
_MOST_ITEMS = 1_000
_MOST_FIELDS = 1_000
_DEEPEST_PART = 100


def parse_fetch(scanner: Scanner, *, by_uid: bool) -> Command:
    """Read what follows FETCH. Raises Problem."""
    scanner.space()
    messages = scanner.sequence_set()
    scanner.space()
    items = _items(scanner)
    changed_since = None
    if scanner.more():
        changed_since = _modifier(scanner)
    if by_uid:
        items = ["UID", *items]
    if changed_since is not None:
        items.append("MODSEQ")  # RFC 7162 §3.1.4.1
    return Fetch(by_uid, messages, tuple(dict.fromkeys(items)), changed_since)


def _items(scanner: Scanner) -> list[Item]:
    if not scanner.looking_at(b"("):
        start = scanner.position
        macro = _MACROS.get(scanner.match(_NAME, "an item of FETCH")[0].decode("ascii").upper())
        if macro is not None:
            return list(macro)
        scanner.position = start
        return [_item(scanner)]
    items = scanner.parenthesized(lambda: _item(scanner))
    if not items:
        raise scanner.problem("at least one item of FETCH before this")
    if len(items) > _MOST_ITEMS:
        raise Problem(f"FETCH takes at most {_MOST_ITEMS} items")
    return items


def _item(scanner: Scanner) -> Item:
    start = scanner.position
    name = scanner.match(_NAME, "an item of FETCH")[0].decode("ascii").upper()
    if name in ("BODY", "BODY.PEEK") and scanner.skip(b"["):
        return _body(scanner, peek=name == "BODY.PEEK")
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name]
    if name in _WHOLE:
        return _WHOLE[name]
    scanner.position = start
    raise scanner.problem("an item of FETCH")


def _body(scanner: Scanner, *, peek: bool) -> BodyItem:
    section = _section(scanner)
    scanner.expect(b"]")
    partial = _partial(scanner)
    origin = b"<%d>" % partial[0] if partial else b""
    return BodyItem(b"BODY[%s]%s" % (_label(section), origin), section, peek, partial)


def _section(scanner: Scanner) -> Section:
    if scanner.looking_at(b"]"):
        return Section()
    part: tuple[int, ...] = ()
    start = scanner.position
    found = _PART.match(scanner.text, start)
    if found:
        scanner.position = found.end()
        part = tuple(map(int, found[1].split(b".")))
        if len(part) > _DEEPEST_PART:
            raise Problem(f"a part lies at most {_DEEPEST_PART} levels deep")
        if not found[2]:
            return Section(part)
    name = scanner.match(_TEXT, "a section: part numbers, HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT, MIME")[0]
    text: SectionText = name.decode("ascii").upper()  # type: ignore[assignment]  # the pattern is the Literal
    if text == "MIME" and not part:
        scanner.position = start
        raise scanner.problem("a part number before MIME")
    return Section(part, text, _fields(scanner) if "FIELDS" in text else ())


def _fields(scanner: Scanner) -> tuple[bytes, ...]:
    scanner.space()
    fields = scanner.parenthesized(lambda: scanner.astring("the name of a header field"))
    if not fields:
        raise scanner.problem("at least one header field before this")
    if len(fields) > _MOST_FIELDS:
        raise Problem(f"HEADER.FIELDS takes at most {_MOST_FIELDS} names")
    return tuple(fields)


def _partial(scanner: Scanner) -> tuple[int, int] | None:
    if not scanner.skip(b"<"):
        return None
    first = scanner.number(HIGHEST_NUMBER_64)
    scanner.expect(b".")
    length = scanner.number(HIGHEST_NUMBER_64)
    if not length:
        raise Problem("a partial fetch has a length from 1")
    scanner.expect(b">")
    return first, length


def _label(section: Section) -> bytes:
    words = [*(str(number) for number in section.part), *filter(None, [section.text])]
    name = ".".join(words).encode("ascii")
    if not section.fields:
        return name
    return b"%s (%s)" % (name, b" ".join(astring(field) for field in section.fields))


def _modifier(scanner: Scanner) -> int:
    scanner.expect(b"(")
    scanner.one_of({"CHANGEDSINCE": None}, "a modifier")
    scanner.space()
    value = scanner.number(HIGHEST_NUMBER_64)
    scanner.expect(b")")
    return value
