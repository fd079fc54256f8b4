"""HTML as a reader sees it: lines of text with what stands out in them, and what can be followed.

One pass over the tokens and no tree, as in `mime.text`: nesting is what parsers are attacked with, and nothing here
needs more of it than to know when a hidden element ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Literal
from urllib.parse import urljoin

from mailcatch.mime.markup import ATTRIBUTES, BOGUS, COMMENT, END_OF_NAME, EQUALS, NAME, TAG_NAME, VALUE

LARGEST = 1 << 20
"""Characters of HTML that are read."""

MOST_ANCHORS = 2_000
CELL = "\x1f"
"""Between two cells of a row: a code may have a cell for each of its characters."""

_RAW = ("script", "style", "title", "template", "iframe", "noembed", "noframes", "textarea")
_TOKEN = re.compile(
    rf"<(?:(?P<raw>{'|'.join(_RAW)}){END_OF_NAME}{ATTRIBUTES}>(?:[^<]++|<(?!/(?i:(?P=raw)){END_OF_NAME}))*+"
    rf"|/(?P<end>{TAG_NAME}){ATTRIBUTES}>|(?P<tag>{TAG_NAME})(?P<attributes>{ATTRIBUTES})>"
    rf"|{COMMENT}|{BOGUS}|[A-Za-z!?/].*+)|(?P<text>[^<]++|<)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rf"(?P<name>{NAME})(?:{EQUALS}(?P<value>{VALUE}))?+")
_BLOCK = frozenset({
    "address", "article", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "table",
    "tbody", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_STRONG = frozenset({"b", "strong", "h1", "h2", "h3", "code", "big", "mark", "kbd"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?![.\d])|max-height\s*:\s*0(?![.\d])"
    r"|font-size\s*:\s*[01](?:px|pt)?\s*(?:;|!|\Z)",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"font-size\s*:\s*(?:(?:2[0-9]|[3-9][0-9])(?:\.\d+)?(?:px|pt)|[2-9](?:\.\d+)?r?em|(?:x-|xx-)?large)"
    r"|letter-spacing\s*:\s*0*(?:\.[1-9]|[1-9])|font-weight\s*:\s*(?:bold|[6-9]00)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something to follow: where to, what it says, and the element it is of."""

    url: str
    text: str
    source: Literal["a", "area", "form", "text", "header"]


@dataclass(slots=True)
class Page:
    """Lines of visible text; of each whether some of it stands out. Anchors in their order."""

    lines: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)


def page_of(html: str) -> Page:
    """Read HTML."""
    return _Reader().read(html[:LARGEST])


class _Reader:
    def __init__(self) -> None:
        self._page = Page()
        self._line: list[str] = []
        self._hidden: tuple[str, int] | None = None  # the element, and how many of its name are open in it
        self._strong: list[str] = []  # open elements that stand out
        self._said: list[str] = []  # what stands out now
        self._anchor: tuple[str, list[str]] | None = None
        self._base = ""

    def read(self, html: str) -> Page:
        for token in _TOKEN.finditer(html):
            if token["text"] is not None:
                self._text(token["text"])
            elif token["tag"] is not None:
                self._open(token["tag"].lower(), _attributes(token["attributes"]))
            elif token["end"] is not None:
                self._close(token["end"].lower())
        self._end_anchor()
        self._end_line()
        return self._page

    def _text(self, text: str) -> None:
        if self._hidden is not None:
            return
        text = unescape(text).replace(CELL, " ")
        self._line.append(text)
        if self._strong:
            self._said.append(text)
        if self._anchor is not None:
            self._anchor[1].append(text)

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if self._hidden is not None:
            if name == self._hidden[0]:
                self._hidden = name, self._hidden[1] + 1
            return
        style = attributes.get("style", "")
        if name not in _VOID and ("hidden" in attributes or _HIDDEN.search(style)):
            self._hidden = name, 1
            return
        if name in _BLOCK:
            self._end_line()
        elif name in _CELLS:
            self._line.append(CELL)
        if (name in _STRONG or _LARGE.search(style)) and name not in _VOID and len(self._strong) < 100:
            self._strong.append(name)
        self._follow(name, attributes)

    def _follow(self, name: str, attributes: dict[str, str]) -> None:
        """Note what leads somewhere."""
        if name == "base" and not self._base:
            self._base = attributes.get("href", "")
        elif name == "a":
            self._end_anchor()
            if "href" in attributes:
                self._anchor = attributes["href"], []
        elif name == "area" and "href" in attributes:
            self._add(attributes["href"], attributes.get("alt", ""), "area")
        elif name == "form" and attributes.get("action"):
            self._add(attributes["action"], "", "form")
        elif name == "img" and self._anchor is not None and attributes.get("alt"):
            self._anchor[1].append(attributes["alt"])

    def _close(self, name: str) -> None:
        if self._hidden is not None:
            if name == self._hidden[0]:
                left = self._hidden[1] - 1
                self._hidden = (name, left) if left else None
            return
        if name == "a":
            self._end_anchor()
        if name in _BLOCK:
            self._end_line()
        if self._strong and name == self._strong[-1]:
            self._strong.pop()
            self._end_said()

    def _end_said(self) -> None:
        if self._said and not self._strong:
            self._page.strong.append(_one_line("".join(self._said)))
            self._said.clear()

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        if line.strip(CELL + " \t\r\n\xa0"):
            self._page.lines.append(line)
        if self._strong and self._said:
            self._said.append("\n")

    def _end_anchor(self) -> None:
        if self._anchor is not None:
            (url, text), self._anchor = self._anchor, None
            self._add(url, _one_line("".join(text)), "a")

    def _add(self, url: str, text: str, source: Literal["a", "area", "form"]) -> None:
        if len(self._page.anchors) >= MOST_ANCHORS:
            return
        url = "".join(url.split()) if "\n" in url or "\t" in url else url.strip()
        if self._base and "://" not in url[:12]:
            try:
                url = urljoin(self._base, url)
            except ValueError:
                return
        self._page.anchors.append(Anchor(url, text, source))


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match["value"] or ""
        if value[:1] in "\"'" and value[-1:] == value[:1]:
            value = value[1:-1]
        found.setdefault(match["name"].lower(), unescape(value))
    return found


def _one_line(text: str) -> str:
    return " ".join(text.replace(CELL, " ").split())
