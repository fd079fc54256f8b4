"""What a wait prints of the mail that came: one thing a line, or the text, the HTML or the bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mailcatch.cli.errors import Ambiguous, Missing
from mailcatch.cli.ls import row
from mailcatch.cli.server import Server
from mailcatch.cli.terminal import block, is_terminal, line, write, write_bytes

CONFIDENT = 0.5
"""The confidence from which on something that looks like a code is taken for one."""

Message = Mapping[str, Any]


def rows(messages: Sequence[Message]) -> None:
    """Print a line for each message, its cells separated by tabs, as `mailcatch ls` does in a pipe."""
    write("".join("\t".join(row(each)) + "\n" for each in messages))


def code(message: Message, strict: bool) -> str:
    """Return the likeliest code. Raises Missing, and with `strict` Ambiguous when there are several."""
    found = [str(each["value"]) for each in message["codes"] if each["confidence"] >= CONFIDENT]
    if not found:
        weak = [f"{each['value']} ({each['confidence']:.2f})" for each in message["codes"]]
        raise Missing(
            f"no code is in message {message['id']}" + (f"; unlikely ones: {', '.join(weak)}" if weak else "")
        )
    return _first(found, strict, f"codes in message {message['id']}")


def link(message: Message, strict: bool) -> str:
    """Return the likeliest link to follow. Raises Missing, and with `strict` Ambiguous when there are several."""
    links = message["links"]
    found = [each["url"] for each in links if each["kind"] == "action"]
    found = found or [each["url"] for each in links if each["kind"] in {"other", "view"}]
    if not found:
        raise Missing(f"no link to follow is in message {message['id']}")
    return _first(found, strict, f"links in message {message['id']}")


def _first(found: Sequence[str], strict: bool, what: str) -> str:
    different = list(dict.fromkeys(found))
    if strict and len(different) > 1:
        raise Ambiguous(f"there are {len(different)} {what}: {', '.join(different)}")
    return different[0]


def _text(message: Message, strict: bool) -> str:
    return str(message["text"] or "")


def _html(message: Message, strict: bool) -> str:
    if message["html"] is None:
        raise Missing(f"message {message['id']} has no HTML")
    return str(message["html"])


def _id(message: Message, strict: bool) -> str:
    return str(message["id"])


_LINES: Mapping[str, Callable[[Message, bool], str]] = {"code": code, "link": link, "id": _id}
_BLOCKS: Mapping[str, Callable[[Message, bool], str]] = {"text": _text, "html": _html}

WHAT = (*_LINES, *_BLOCKS, "raw")
"""What can be asked for."""


def show(server: Server, messages: Sequence[Message], what: str, strict: bool) -> None:
    """Print one thing of each message. Raises Missing or Ambiguous before anything is printed."""
    if what == "raw":
        for message in messages:
            _raw(server.fetch("GET", f"/v1/messages/{quote(message['id'], safe='')}/raw"))
    elif what in _LINES:
        lines = [_LINES[what](each, strict) for each in messages]
        write("".join(f"{line(each)}\n" for each in lines))
    else:
        texts = [block(_BLOCKS[what](each, strict)) for each in messages]
        write("".join(each if each.endswith("\n") or not each else f"{each}\n" for each in texts))


def _raw(data: bytes) -> None:
    if is_terminal():
        write(block(data.decode("utf-8", "replace")))
    else:
        write_bytes(data)
