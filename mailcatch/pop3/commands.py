"""The lines of a POP3 client, read and shown (RFC 1939 §3). Sans-IO."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 4 << 10
"""Octets of a command line."""
LONGEST_RESPONSE = 12_288
"""Octets of a line of AUTH: tokens are longer than commands (RFC 4954 §4)."""

HIDDEN = "(hidden)"
"""What stands in a record where a client sent a secret."""

_SHOWN = 300  # characters of a command that are kept
_DIGITS = 10


class Unreadable(Exception):
    """A command whose arguments are none; the text says what it wants."""


@dataclass(frozen=True, slots=True)
class Command:
    """A keyword in capitals, and what follows its blank: octets, for a password may be any."""

    keyword: str
    argument: bytes = b""

    @property
    def words(self) -> list[bytes]:
        """The arguments, between any number of blanks."""
        return self.argument.split()

    @property
    def text(self) -> str:
        """The argument as text; what is no UTF-8 is replaced."""
        return self.argument.decode("utf-8", "replace")


def parse(line: bytes) -> Command:
    """Return the command of a line; whatever it is, it has a keyword, which may be none that we know."""
    keyword, _, argument = line.partition(b" ")
    return Command(keyword.decode("ascii", "replace").upper(), argument)


def shown(line: bytes) -> bytes:
    """Return a command as a record may hold it: without passwords and without the responses of AUTH."""
    command = parse(line)
    if command.keyword == "PASS":
        return b"PASS " + HIDDEN.encode()
    if command.keyword == "AUTH" and len(command.words) > 1:
        return line.split(b" ", 1)[0] + b" " + command.words[0][:_SHOWN] + b" " + HIDDEN.encode()
    return line[:_SHOWN]


def number_of(word: bytes, what: str) -> int:
    """Return a number. Raises Unreadable."""
    if not word.isdigit() or len(word) > _DIGITS:
        raise Unreadable(f"{what} is a number")
    return int(word)


def optional_number(command: Command) -> int | None:
    """Return the message number that may follow LIST and UIDL. Raises Unreadable."""
    words = command.words
    if len(words) > 1:
        raise Unreadable(f"{command.keyword} takes one message number or none")
    return number_of(words[0], "a message") if words else None


def one_number(command: Command) -> int:
    """Return the message number that must follow. Raises Unreadable."""
    number = optional_number(command)
    if number is None:
        raise Unreadable(f"{command.keyword} takes a message number")
    return number


def two_numbers(command: Command) -> tuple[int, int]:
    """Return message and number of lines of TOP. Raises Unreadable."""
    words = command.words
    if len(words) != 2:
        raise Unreadable(f"{command.keyword} takes a message number and a number of lines")
    return number_of(words[0], "a message"), number_of(words[1], "the number of lines")
