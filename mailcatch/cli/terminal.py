"""What is written to the terminal: whatever a mail put into it, it moves no cursor and turns no text around."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import unicodedata
from collections.abc import Sequence

# C0, DEL, C1, the marks that turn the writing direction, line and paragraph separator, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|\r|\x85|\u2028|\u2029")


def line(text: str) -> str:
    """Return `text` on one line without control and bidi characters; white space becomes one blank."""
    return _UNSAFE.sub("", " ".join(text.split()))


def block(text: str) -> str:
    """Return `text` with its lines, without control and bidi characters."""
    return _UNSAFE_IN_TEXT.sub("", _LINE_ENDS.sub("\n", text))


def say(text: str) -> None:
    """Write one line of explanation to stderr: stdout is data."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{line(text)}\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Write clean text to stdout; what its encoding lacks becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Whether stdout is read by a person."""
    return sys.stdout.isatty()


def width_of(text: str) -> int:
    """Return the columns that `text` takes: CJK characters are two wide, combining marks none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def cut(text: str, width: int) -> str:
    """Return `text` in exactly `width` columns, cut with an ellipsis or filled with blanks."""
    if width_of(text) > width:
        while text and width_of(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - width_of(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, stretch: int) -> str:
    """Return rows in columns for a terminal's width: column `stretch` takes what the others leave of it."""
    columns = shutil.get_terminal_size((100, 24)).columns
    widths = [min(40, max(width_of(row[index]) for row in (head, *rows))) for index in range(len(head))]
    others = sum(widths) - widths[stretch] + 2 * (len(head) - 1)
    widths[stretch] = max(10, columns - others)
    lines = ["  ".join(cut(cell, width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return "".join(f"{each.rstrip()}\n" for each in lines)
