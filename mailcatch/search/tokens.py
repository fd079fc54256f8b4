"""The tokens of a query's text, each with its place. One pass, no way back: linear in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mailcatch.errors import QueryError

Kind = Literal["(", ")", "-", "AND", "OR", "NOT", "word", "phrase", "field"]

_QUOTE = r'"(?:[^"\\]|\\.)*+"'
_TOKEN = re.compile(
    rf"""(?P<sign>[()]|-(?=[^\s)]))
    |(?P<name>[A-Za-z][A-Za-z_-]*+)(?P<brackets>(?:\[[^\s"\[\]]*+\])*+):(?P<value>(?:{_QUOTE}|[^\s()"]++)*+)
    |(?P<phrase>{_QUOTE})
    |(?P<word>[^\s()"]++)""",
    re.VERBOSE | re.DOTALL,
)
_BRACKET = re.compile(r"\[([^\[\]]*+)\]")
_PIECE = re.compile(rf'({_QUOTE})|[^"]++', re.DOTALL)
_BLANKS = re.compile(r"\s*")
_OPERATORS: dict[str, Kind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_SIGNS: dict[str, Kind] = {"(": "(", ")": ")", "-": "-"}


class Mistake(Exception):
    """What is wrong between `at` and `end` of a text, and what would be right in its place, if that is known.

    It never leaves this package: who has the whole text makes a QueryError of it.
    """

    def __init__(self, sentence: str, at: int, end: int, right: str | None = None) -> None:
        super().__init__(sentence)
        self.at = at
        self.end = end
        self.right = right

    def within(self, text: str) -> QueryError:
        """Return the error for a whole text; its suggestion is that text, put right."""
        whole = None if self.right is None else (text[: self.at] + self.right + text[self.end :]).strip()
        return QueryError(str(self), self.at, whole or None)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what it says (of a field: its value, quotes undone), and where it and its value begin."""

    kind: Kind
    text: str
    at: int
    end: int
    name: str = ""  # of a field, in lower case
    value_at: int = 0
    brackets: tuple[tuple[str, int], ...] = ()  # what stands in brackets behind the name, and where each begins


def scan(text: str) -> list[Token]:
    """Return the tokens of `text`. Raises Mistake for a quotation mark that is not closed."""
    tokens: list[Token] = []
    position = _after_blanks(text, 0)
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or (text[match.end() : match.end() + 1] == '"' and match["name"] is not None):
            raise _unclosed(text, position if match is None else match.end())
        tokens.append(_token(match))
        position = _after_blanks(text, match.end())
    return tokens


def quoted(text: str) -> str:
    """Return `text` as a quotation that reads as exactly that."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _after_blanks(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def _token(match: re.Match[str]) -> Token:
    at, end = match.span()
    if (sign := match["sign"]) is not None:
        return Token(_SIGNS[sign], sign, at, end)
    if (name := match["name"]) is not None:
        start = match.start("brackets")
        brackets = tuple([(each[1], start + each.start(1)) for each in _BRACKET.finditer(match["brackets"])])
        return Token("field", _unquoted(match["value"]), at, end, name.lower(), match.start("value"), brackets)
    if (phrase := match["phrase"]) is not None:
        return Token("phrase", _unquoted(phrase), at, end)
    return Token(_OPERATORS.get(match[0], "word"), match[0], at, end)


def _unquoted(text: str) -> str:
    """Undo quotes as a shell does, also inside a value: `X="a b"`. In them a backslash protects `"` and itself."""
    if '"' not in text:
        return text
    return "".join(
        [re.sub(r'\\(["\\])', r"\1", match[0][1:-1]) if match[1] else match[0] for match in _PIECE.finditer(text)]
    )


def _unclosed(text: str, at: int) -> Mistake:
    rest = text[at + 1 :].rstrip("\\").rstrip()  # a backslash would protect the mark that closes
    right = quoted(rest) if "\\" not in rest else f'"{rest}"'
    return Mistake("This quotation mark is not closed.", at, len(text), right if rest else None)
