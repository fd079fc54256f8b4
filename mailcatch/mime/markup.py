r"""The grammar of HTML's markup (WHATWG HTML §13.2.5) as patterns, for `html`, which keeps offsets, and `text`.

Each is possessive, so that none goes back over what it has read, and none uses `\s`: HTML's white space is its own.
"""

from __future__ import annotations

TAG_NAME = r"[A-Za-z][^\t\n\f\r />]*+"
END_OF_NAME = r"(?=[\t\n\f\r />])"

NAME = r"[^\t\n\f\r />][^\t\n\f\r />=]*+"
"""Of an attribute; one that begins with `=` is meant to."""

VALUE = r"""(?:"[^"]*+"|'[^']*+'|(?=>)|[^"'\t\n\f\r >][^\t\n\f\r >]*+)"""
BEFORE_NAME = r"[\t\n\f\r /]*+"
EQUALS = r"[\t\n\f\r ]*+=[\t\n\f\r ]*+"

ATTRIBUTES = rf"(?:{BEFORE_NAME}{NAME}(?:{EQUALS}{VALUE}|(?!{EQUALS})))*+{BEFORE_NAME}"
"""All between a tag's name and its `>`. Where a quoted value has no end, neither has the tag."""

COMMENT = r"!--(?:-?>|(?:[^-]++|-(?!-!?>))*+--!?>)"
"""From after the `<`."""

BOGUS = r"(?:!(?!--)|[?/])[^>]*+>"
"""What a browser takes for a comment, from after the `<`: declarations, instructions, `</` before no name."""
