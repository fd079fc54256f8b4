"""BODY out of BODYSTRUCTURE: the same without its extension data (RFC 3501 §7.4.2).

The store keeps BODYSTRUCTURE only, as it goes over the line; what a client asks for with BODY is cut from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ATOM = re.compile(rb"[^ ()]+")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_LITERAL = re.compile(rb"\{([0-9]+)\}\r\n")
_TEXT, _MESSAGE, _OTHER = 8, 10, 7
"""Fields of a part without extension data: of text, of a message, of anything else."""


def without_extensions(bodystructure: bytes) -> bytes:
    """Return a BODYSTRUCTURE as BODY; one that cannot be read is returned as it is."""
    try:
        return _body(_parse(bodystructure))
    except (IndexError, AttributeError):
        return bodystructure


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as it is written, and what it consists of if it is a list."""

    text: bytes
    items: tuple[_Value, ...] = ()


def _parse(text: bytes) -> _Value:
    """Read one value; lists are kept on a stack, for a hostile mail nests them deeply."""
    lists: list[tuple[int, list[_Value]]] = []
    position = 0
    while True:
        if text.startswith(b"(", position):
            lists.append((position, []))
            position += 1
            continue
        if text.startswith(b" ", position):
            position += 1
            continue
        if text.startswith(b")", position):
            start, items = lists.pop()
            position += 1
            value = _Value(text[start:position], tuple(items))
        else:
            end = _end(text, position)
            value = _Value(text[position:end])
            position = end
        if not lists:
            return value
        lists[-1][1].append(value)


def _end(text: bytes, position: int) -> int:
    literal = _LITERAL.match(text, position)
    if literal is not None:
        return literal.end() + int(literal[1])
    pattern = _QUOTED if text.startswith(b'"', position) else _ATOM
    found = pattern.match(text, position)
    if found is None:
        raise IndexError(position)
    return found.end()


def _body(value: _Value) -> bytes:
    if not value.items:
        return value.text
    first = value.items[0]
    if first.text.startswith(b"("):
        children = _leading_lists(value.items)
        subtype = value.items[len(children)].text
        return b"(%s %s)" % (b"".join(_body(each) for each in children), subtype)
    fields = list(value.items[: _length(first.text, value.items[1].text)])
    words = [each.text for each in fields]
    if len(fields) == _MESSAGE:
        words[8] = _body(fields[8])
    return b"(%s)" % b" ".join(words)


def _leading_lists(items: tuple[_Value, ...]) -> list[_Value]:
    children: list[_Value] = []
    for each in items:
        if not each.text.startswith(b"("):
            break
        children.append(each)
    return children


def _length(kind: bytes, subtype: bytes) -> int:
    if kind.upper() == b'"TEXT"':
        return _TEXT
    is_message = kind.upper() == b'"MESSAGE"' and subtype.upper() in (b'"RFC822"', b'"GLOBAL"')
    return _MESSAGE if is_message else _OTHER
