"""A linear tokenizer of HTML that keeps offsets, for rewriting by position; it finds tags, and changes nothing.

No input makes it quadratic: its patterns are possessive, each search goes forward from where the last one ended, and
one that finds no end is the last, as the end of the file is in the standard (WHATWG HTML §13.2.5).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailcatch.mime.markup import ATTRIBUTES, BEFORE_NAME, BOGUS, COMMENT, END_OF_NAME, EQUALS, NAME, TAG_NAME, VALUE

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"})
"""Elements whose content is text up to their end tag, whatever it looks like, in a page that may run scripts."""

_TOKEN = re.compile(rf"<(?:(/?+)({TAG_NAME})({ATTRIBUTES})>|{COMMENT}|{BOGUS})")
_ATTRIBUTE = re.compile(rf"{BEFORE_NAME}({NAME})(?:{EQUALS}({VALUE}))?")
_DOCTYPE = re.compile(r"<!doctype", re.IGNORECASE)
_END_TAGS = {name: re.compile(rf"</{name}{END_OF_NAME}", re.IGNORECASE) for name in RAW_TEXT}
_CAN_BEGIN = re.compile(r"<(?=[A-Za-z!?/])")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: name in lower case, value decoded, and where the value stands, quotes included."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag at [start, end); of a raw text element the content lies at [end, content_end)."""

    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...]
    content_end: int

    def get(self, name: str) -> str | None:
        """Return the value of an attribute: of the first one with that name, as browsers do."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class EndTag:
    """An end tag at [start, end)."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at [start, end), or what browsers take for one: `<?php … ?>`, `<![endif]>`, `</ >`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Doctype:
    """A document type declaration at [start, end)."""

    start: int
    end: int


Token = Tag | EndTag | Comment | Doctype


def tokens(html: str) -> Iterator[Token]:
    """Yield all markup in its order; what lies between is text."""
    position = 0
    while (begin := _CAN_BEGIN.search(html, position)) is not None:
        match = _TOKEN.match(html, begin.start())
        if match is None:
            return  # it has no end: nothing after it is markup
        slash, name, attributes = match.groups()
        position = match.end()
        if name is None:
            yield Doctype(*match.span()) if _DOCTYPE.match(match[0]) else Comment(*match.span())
        elif slash:
            yield EndTag(name.lower(), *match.span())
        else:
            tag = _tag(html, match, name.lower(), bool(attributes))
            yield tag
            position = tag.content_end


def _tag(html: str, match: re.Match[str], name: str, has_attributes: bool) -> Tag:
    start, end = match.span()
    attributes = tuple(_attributes(html, match.start(3), end)) if has_attributes else ()
    content_end = end
    if name in RAW_TEXT:
        ending = _END_TAGS[name].search(html, end)
        content_end = ending.start() if ending else len(html)
    elif name == "plaintext":
        content_end = len(html)
    return Tag(name, start, end, attributes, content_end)


def _attributes(html: str, start: int, end: int) -> Iterator[Attribute]:
    """Read the attributes of the tag that ends at `end`; its `>` tells that a value is empty."""
    for match in _ATTRIBUTE.finditer(html, start, end):
        name, value = match.groups()
        first, last = match.span(2) if value is not None else (match.end(), match.end())
        yield Attribute(name.lower(), entities.unescape(_unquoted(value)) if value else "", first, last)


def _unquoted(value: str) -> str:
    return value[1:-1] if value[0] in "\"'" else value
