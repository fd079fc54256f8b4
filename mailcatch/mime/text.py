"""The text that a reader of HTML sees."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

LARGEST = 2 << 20
"""HTML beyond this many characters is not read: parsers are quadratic on what is crafted."""

_HIDDEN = ["script", "style", "head", "template", "noscript", "svg", "math", "object"]


def text_of_html(html: str) -> str:
    """Return the visible text of HTML on one line; "" where it cannot be read."""
    if not html or len(html) > LARGEST:
        return ""
    try:
        tree = LexborHTMLParser(html)
        tree.strip_tags(_HIDDEN)
        body = tree.body
        text = body.text(separator=" ") if body is not None else ""
    except Exception:  # noqa: BLE001 - a parser in C; whatever it does not take has no text
        return ""
    return " ".join(text.split())
