"""The text that a reader sees: of HTML, and of plain text that its sender has wrapped (RFC 3676).

Text of HTML is cut out by the tokenizer's patterns, in one pass and without a tree. Trees are what is crafted against:
150 kB of nested or misnested elements cost the usual parsers seconds or all memory, and text needs none of the nesting.
"""

from __future__ import annotations

import re

from mailcatch.mime.markup import ATTRIBUTES, BOGUS, COMMENT, END_OF_NAME, TAG_NAME

LARGEST = 2 << 20
"""Characters of HTML that are read; what follows is left out."""

_HIDDEN = "|".join(
    # Spelt out, for re.IGNORECASE would slow every set of characters.
    "".join([f"[{letter}{letter.upper()}]" for letter in name])
    for name in ("script", "style", "title", "template", "iframe", "noembed", "noframes")
)
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr",
})  # fmt: skip
"""Elements that do not part words: <b>pass</b>word is one word, <td>a</td><td>b</td> are two."""


class _Gaps(dict[str | None, str]):
    """What a tag leaves in the text, by its name as written; None is a comment. Usual names are found at once."""

    def __missing__(self, name: str) -> str:
        return "" if name.lower() in _INLINE else " "


_GAPS = _Gaps(dict.fromkeys(("br", "div", "li", "p", "table", "tbody", "td", "tr", "ul"), " "))
_GAPS.update(dict.fromkeys((None, *_INLINE), ""))

_MARKUP = re.compile(
    rf"<(?:({_HIDDEN}){END_OF_NAME}{ATTRIBUTES}>(?:[^<]++|<(?!/(?i:\1){END_OF_NAME}))*+"
    rf"|/?+({TAG_NAME}){ATTRIBUTES}>"
    rf"|{COMMENT}|{BOGUS}"
    r"|[A-Za-z!?/].*+)",  # what never ends goes to the end of the text
    re.DOTALL,
)


def text_of_html(html: str) -> str:
    """Return the visible text of HTML on one line."""
    pieces = _MARKUP.split(html[:LARGEST])  # text, name of a hidden element, name of a tag, text …
    names = pieces[2::3]
    pieces[2::3] = map(_GAPS.__getitem__, names)
    pieces[1::3] = [""] * len(names)
    text = "".join(pieces)
    if "&" in text:
        from html import unescape  # its table of names is large

        text = unescape(text)
    return " ".join(text.split())


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Return the text of a format=flowed part with its paragraphs on one line each (RFC 3676 §4).

    `delete_space` is its parameter DelSp=yes, which writers without blanks between words use.
    """
    lines: list[list[str]] = []
    open_at: int | None = None  # the quote depth of a paragraph that goes on
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content[1:] if content.startswith(" ") else content
        flows = content.endswith(" ") and content != "-- "
        kept = content[:-1] if flows and delete_space else content
        if open_at == depth and content != "-- ":
            lines[-1].append(kept)
        else:
            lines.append([">" * depth + " " if depth else "", kept])
        open_at = depth if flows else None
    return "\n".join(["".join(pieces) for pieces in lines])
