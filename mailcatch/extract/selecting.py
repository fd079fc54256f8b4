"""The elements that a CSS selector finds in HTML, found by a process of its own.

A tree and selectors are what parsers are attacked with: a megabyte of nested elements, or a dozen descendants in a row,
keep the best of them busy for minutes. So lexbor works in a child that has seconds and a bounded memory; what becomes
of it there is a sentence here. `python -m mailcatch.extract.selecting` is the child.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

SECONDS = 3.0
"""How long the child may take; starting it takes a tenth of a second."""

LARGEST = 1 << 20
"""Characters of HTML that are looked at."""

LONGEST = 500
"""Characters of a selector."""

MOST = 500
"""Elements that are given; there may be more."""

MOST_TEXT = 64 << 10
"""Characters of the text and of the HTML of one element."""

_MOST_OUT = 4 << 20  # characters of all HTML together
_MEMORY = 512 << 20  # bytes


class BadSelector(ValueError):
    """The selector cannot be read, or asks for too much; the text says which."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its name, its text with white space as single blanks, its attributes, and itself as HTML."""

    tag: str
    text: str
    attributes: dict[str, str]
    html: str


def select(html: str, css: str) -> tuple[Element, ...]:
    """Return the elements in the order of the document. Raises BadSelector."""
    if len(css) > LONGEST:
        raise BadSelector(f"a selector has {LONGEST} characters at most")
    if not css.strip():
        raise BadSelector("the selector is empty")
    asked = json.dumps({"html": html[:LARGEST], "css": css})
    try:
        child = subprocess.run(  # noqa: S603 - our own program; what is not trusted goes to its standard input
            [sys.executable, "-I", "-c", _CHILD, *sys.path],
            input=asked,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise BadSelector(f"the selector takes longer than {SECONDS:g} s with this HTML") from error
    if child.returncode != 0:
        raise BadSelector("the HTML, or the selector, is too much for the parser")
    answer = json.loads(child.stdout)
    if isinstance(answer, str):
        raise BadSelector(answer)
    return tuple([Element(**each) for each in answer])


_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from mailcatch.extract.selecting import main; main()"


def main() -> None:
    """Be the child: read what is asked from standard input, write the answer to standard output."""
    _bound_memory()
    asked = json.load(sys.stdin)
    json.dump(found(asked["html"], asked["css"]), sys.stdout)


def found(html: str, css: str) -> list[dict[str, Any]] | str:
    """Return the elements as JSON has them, or what is wrong with the selector."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        nodes = LexborHTMLParser(html).css(css)
    except SelectolaxError:
        return f"this is no CSS selector: {css}"
    elements: list[dict[str, Any]] = []
    left = _MOST_OUT
    for node in nodes[:MOST]:
        text, own = " ".join(node.text(separator=" ").split())[:MOST_TEXT], (node.html or "")[:MOST_TEXT]
        left -= len(own)
        if left < 0:
            break
        attributes = {name: value or "" for name, value in node.attributes.items()}
        elements.append({"tag": node.tag or "", "text": text, "attributes": attributes, "html": own})
    return elements


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # no POSIX: the time is the bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
