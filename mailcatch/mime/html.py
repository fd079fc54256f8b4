"""A linear tokenizer of HTML that keeps offsets, for rewriting by position; it finds tags, and changes nothing.

No input makes it quadratic: each search goes forward from where the last one ended, and one that finds nothing ends the
scan, as the end of the file does in the standard (WHATWG HTML §13.2.5).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass

RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements whose content is text up to their end tag, whatever it looks like."""

_SKIPPED = re.compile(r"[\t\n\f\r /]*")
_NAME = re.compile(r"=?[^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_BARE = re.compile(r"[^\t\n\f\r >]*")
_TAG_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*")


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
class Doctype:
    """A document type declaration at [start, end)."""

    start: int
    end: int


def tokens(html: str) -> Iterator[Tag | Doctype]:
    """Yield start tags and doctypes in their order; end tags, comments and text are passed over."""
    position = 0
    while (position := html.find("<", position)) >= 0:
        following = html[position + 1 : position + 2]
        if following.isascii() and following.isalpha():
            tag = _start_tag(html, position)
            if tag is None:
                return
            yield tag
            position = tag.content_end
        elif following in ("!", "?", "/"):
            end = _end_of_markup(html, position, following)
            if html[position + 2 : position + 9].lower() == "doctype":
                yield Doctype(position, end)
            position = end
        else:
            position += 1


def _end_of_markup(html: str, start: int, kind: str) -> int:
    """Return where a comment, declaration or end tag ends; the end of the text if nothing ends it."""
    if html.startswith("<!--", start):
        if html.startswith(("<!-->", "<!--->"), start):
            return html.find(">", start) + 1
        found = re.compile(r"--!?>").search(html, start + 4)
        return found.end() if found else len(html)
    if kind == "/" and not html[start + 2 : start + 3].isalpha():
        end = html.find(">", start)
        return end + 1 if end >= 0 else len(html)
    if kind == "/":
        read = _attributes(html, start + 2)
        return read[1] if read else len(html)
    end = html.find(">", start)
    return end + 1 if end >= 0 else len(html)


def _start_tag(html: str, start: int) -> Tag | None:
    match = _TAG_NAME.match(html, start + 1)
    if match is None:
        return None
    name = match[0].lower()
    read = _attributes(html, match.end())
    if read is None:
        return None
    attributes, end = read
    return Tag(name, start, end, attributes, _end_of_content(html, name, end) if name in RAW_TEXT else end)


def _end_of_content(html: str, name: str, start: int) -> int:
    found = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(html, start)
    return found.start() if found else len(html)


def _attributes(html: str, position: int) -> tuple[tuple[Attribute, ...], int] | None:
    """Read attributes up to the tag's `>`; None if the text ends first."""
    found: list[Attribute] = []
    while True:
        match = _SKIPPED.match(html, position)
        position = match.end() if match else position
        if position >= len(html):
            return None
        if html[position] == ">":
            return tuple(found), position + 1
        name = _NAME.match(html, position)
        after = name.end() if name else position
        equals = _EQUALS.match(html, after)
        if equals is None:
            found.append(Attribute(html[position:after].lower(), "", after, after))
            position = max(after, position + 1) if after == position else after
            continue
        value = _value(html, equals.end())
        if value is None:
            return None
        text, end = value
        found.append(Attribute(html[position:after].lower(), text, equals.end(), end))
        position = end


def _value(html: str, start: int) -> tuple[str, int] | None:
    quote = html[start : start + 1]
    if quote in ('"', "'"):
        end = html.find(quote, start + 1)
        return None if end < 0 else (entities.unescape(html[start + 1 : end]), end + 1)
    match = _BARE.match(html, start)
    end = match.end() if match else start
    return entities.unescape(html[start:end]), end
