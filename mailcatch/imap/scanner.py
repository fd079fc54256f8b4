"""The lexical elements of IMAP (RFC 3501 §9): atoms, strings, literals, numbers, read one after the other.

The text is a whole command with its literals in it (`{3}`, CRLF, three octets), so an element is a position and a
pattern. Each method reads one element or raises Problem, which says what was expected where; nothing is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from mailcatch.imap.names import decode_name, is_encoded
from mailcatch.imap.problem import Problem
from mailcatch.imap.sets import SequenceSet, parse_set

_Value = TypeVar("_Value")

_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]++")
_ASTRING = re.compile(rb"[^\x00-\x20\x7f(){%*\"\\]++")  # `]` and raw UTF-8 too
_PATTERN = re.compile(rb"[^\x00-\x20\x7f(){\"\\]++")  # `%` and `*` too
_QUOTED = re.compile(rb"\"((?:[^\"\\\r\n\x00]++|\\[\"\\])*+)\"")
_ESCAPE = re.compile(rb"\\(.)")
_LITERAL = re.compile(rb"\{([0-9]{1,20})\+?\}\r\n")
_NUMBER = re.compile(rb"[0-9]{1,20}+")
_SET = re.compile(rb"[0-9*:,]++")
_WORD = re.compile(rb"[A-Za-z0-9.=+/_-]++")
_FLAG = re.compile(rb"\\?[^\x00-\x20\x7f-\xff(){%*\"\\\]]++|\\\*")
_BLANKS = re.compile(rb" *+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SHOWN = 24
_LONGEST_NAME = 1_000

HIGHEST_NUMBER = 2**32 - 1
HIGHEST_NUMBER_64 = 2**63 - 1


class Scanner:
    """A position in the text of a command."""

    def __init__(self, text: bytes, position: int = 0) -> None:
        self.text = text
        self.position = position
        self.secret = False  # what stands here is nobody's business: errors do not show it

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.position >= len(self.text)

    def problem(self, expected: str) -> Problem:
        """Return the error that something else stands here."""
        if self.secret:
            return Problem(f"expected {expected} at octet {self.position + 1}")
        rest = self.text[self.position : self.position + _SHOWN]
        shown = re.sub(rb"[^ -~]", b"?", rest).decode("ascii")
        found = f"`{shown}`" if shown else "the end of the command"
        return Problem(f"expected {expected} at octet {self.position + 1}, found {found}")

    def end(self) -> None:
        """Read the end of the command; blanks before it do no harm."""
        if self.text[self.position :].strip(b" "):
            raise self.problem("the end of the command")

    def space(self) -> None:
        """Read a blank."""
        if not self.skip(b" "):
            raise self.problem("a blank")

    def more(self) -> bool:
        """Read the blank before one more argument, if there is one; blanks at the end of the command are none."""
        blanks = self.match(_BLANKS, "")[0]
        if not blanks or self.at_end():
            return False
        self.position -= len(blanks) - 1
        return True

    def skip(self, octets: bytes) -> bool:
        """Read these octets if they stand here."""
        if self.text.startswith(octets, self.position):
            self.position += len(octets)
            return True
        return False

    def expect(self, octets: bytes) -> None:
        """Read these octets."""
        if not self.skip(octets):
            raise self.problem(f"`{octets.decode('ascii')}`")

    def looking_at(self, octets: bytes) -> bool:
        """Tell whether these octets stand here."""
        return self.text.startswith(octets, self.position)

    def match(self, pattern: re.Pattern[bytes], expected: str) -> re.Match[bytes]:
        """Read what a pattern matches."""
        found = pattern.match(self.text, self.position)
        if found is None:
            raise self.problem(expected)
        self.position = found.end()
        return found

    def atom(self, expected: str) -> str:
        """Read an atom."""
        return self.match(_ATOM, expected)[0].decode("ascii")

    def word(self, expected: str) -> str:
        """Read the name of a command, item or option, in capitals."""
        return self.match(_WORD, expected)[0].decode("ascii").upper()

    def one_of(self, values: Mapping[str, _Value], expected: str) -> _Value:
        """Read a name, in any case, and return what it stands for."""
        start = self.position
        name = self.word(expected)
        if name not in values:
            self.position = start
            raise self.problem(f"{expected}, of {', '.join(values)}")
        return values[name]

    def flag(self) -> str:
        r"""Read a flag: `\Seen`, a keyword, `\*`."""
        return self.match(_FLAG, "a flag")[0].decode("ascii")

    def number(self, highest: int = HIGHEST_NUMBER) -> int:
        """Read a number, of 32 bits unless told otherwise."""
        start = self.position
        value = int(self.match(_NUMBER, "a number")[0])
        if value > highest:
            self.position = start
            raise self.problem(f"a number up to {highest}")
        return value

    def sequence_set(self) -> SequenceSet:
        """Read a sequence set."""
        start = self.position
        text = self.match(_SET, "a set of numbers")[0]
        try:
            return parse_set(text)
        except ValueError as error:
            self.position = start
            raise self.problem(f"a set of numbers ({error})") from error

    def string(self, expected: str) -> bytes:
        """Read a string: quoted, or a literal."""
        if self.looking_at(b'"'):
            content = self.match(
                _QUOTED, f'{expected}: a quoted string that ends, without other escapes than \\" and \\\\'
            )[1]
            return _ESCAPE.sub(rb"\1", content) if b"\\" in content else content
        if self.looking_at(b"{"):
            return self._literal()
        raise self.problem(expected)

    def astring(self, expected: str) -> bytes:
        """Read a string or an atom, which may hold `]`."""
        return self._either(_ASTRING, expected)

    def list_mailbox(self) -> str:
        """Read a mailbox name with wildcards."""
        return decode_name(self._either(_PATTERN, "a mailbox name or pattern"))

    def mailbox(self, *, new: bool = False) -> str:
        """Read a mailbox name: not empty, of bounded length, no control characters; a `new` one is well encoded."""
        start = self.position
        octets = self.astring("a mailbox name")
        if not octets:
            self.position = start
            raise self.problem("a mailbox name")
        name = decode_name(octets)
        if len(octets) > _LONGEST_NAME or _CONTROL.search(name):
            text = f"a mailbox name has at most {_LONGEST_NAME} octets and no control characters"
            raise Problem(text, "NO", "CANNOT")
        if new and not is_encoded(octets):
            raise Problem("a name is modified UTF-7 (RFC 3501 §5.1.3), in which & is written &-", "NO", "CANNOT")
        return name

    def text_of(self, expected: str) -> str:
        """Read an astring as UTF-8."""
        return self.astring(expected).decode("utf-8", "replace")

    def nil_or_string(self, expected: str) -> bytes | None:
        """Read NIL or a string."""
        if self.text[self.position : self.position + 3].upper() == b"NIL":
            self.position += 3
            return None
        return self.string(expected)

    def parenthesized(self, item: Callable[[], _Value]) -> list[_Value]:
        """Read `(`, items with blanks between them, `)`; there may be none, and blanks too many do no harm."""
        self.expect(b"(")
        items: list[_Value] = []
        self.match(_BLANKS, "")
        while not self.skip(b")"):
            items.append(item())
            if not self.match(_BLANKS, "")[0] and not self.looking_at(b")"):
                raise self.problem("a blank or `)`")
        return items

    def _either(self, pattern: re.Pattern[bytes], expected: str) -> bytes:
        if self.text[self.position : self.position + 1] in (b'"', b"{"):
            return self.string(expected)
        return self.match(pattern, expected)[0]

    def _literal(self) -> bytes:
        size = int(self.match(_LITERAL, "a literal")[1])
        start = self.position
        if start + size > len(self.text):
            raise self.problem(f"a literal of {size} octets")
        self.position += size
        return self.text[start : self.position]
