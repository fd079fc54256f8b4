"""Commands out of bytes (RFC 3501 §2.2.1, §4.3; LITERAL+ of RFC 7888). Sans-IO: feed what arrived, ask for events.

Whatever arrives, in whatever pieces: the work is linear in it, and what is held is bounded by LINE_LIMIT for a command
and `append_limit` for the message of an APPEND. A command that is too large is swallowed and refused, and the next one
is read as if nothing had been.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from mailcatch.imap.commands import Command
from mailcatch.imap.parser import check_start, is_before_message, parse_command, shown_command, tag_of
from mailcatch.imap.problem import Problem
from mailcatch.wire import LineBuffer, LineTooLong

LINE_LIMIT = 1 << 20
"""Octets of one command, its literals but an APPEND's message with it: clients send long lists of UIDs."""
LITERAL_LIMIT = 64 << 10
"""Octets of one literal that is not an APPEND's message."""

_MARKER = re.compile(rb"\{([0-9]+)(\+?)\}\Z")
_LONGEST_NUMBER = 20
_PIECES_BEFORE_MESSAGE = 4  # APPEND, line end, mailbox as a literal, the rest


@dataclass(frozen=True, slots=True)
class Received:
    """A whole command; `shown` is how a transcript may show it: its secrets masked, its length bounded."""

    tag: str
    command: Command
    shown: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that cannot be read, to be answered: `tag` is None where there is none, then the answer is untagged.

    `code` is a response code without its brackets, None if there is none; `shown` as in Received.
    """

    tag: str | None
    condition: Literal["BAD", "NO"]
    code: str | None
    text: str
    shown: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Continue:
    """The client waits for `+` before it sends this many octets."""

    octets: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is no command: see `expect_line`."""

    text: bytes


Event = Received | Refused | Continue | Line


class CommandReader:
    """Gives the commands of a stream; `append_limit` may be changed at any time, as it is when somebody logs in."""

    def __init__(self, append_limit: int = LITERAL_LIMIT) -> None:
        self.append_limit = append_limit
        self._lines = LineBuffer(LINE_LIMIT)
        self._pieces: list[bytes] = []  # of the command so far: lines and literals, as they came
        self._held = 0  # octets in them
        self._literal: _Literal | None = None  # the literal that is coming in
        self._message: bytes | None = None  # of APPEND
        self._problem: Problem | None = None  # the command is being swallowed
        self._line_expected = False

    @property
    def held(self) -> int:
        """Octets that are kept until there is more."""
        return self._held + len(self._lines) + (self._literal.arrived if self._literal else 0)

    def feed(self, data: bytes) -> None:
        """Take in what has arrived; then ask for events until there are none."""
        self._lines.feed(data)

    def expect_line(self) -> None:
        """Read the next line as a Line: an answer of AUTHENTICATE, the end of IDLE.

        To be called before the next event is asked for. A line that is too long is Refused without a tag.
        """
        self._line_expected = True

    def clear(self) -> None:
        """Forget what waits: what came before a TLS handshake."""
        self._lines.clear()
        self._reset()

    def next(self) -> Event | None:
        """Return the next event, None if more bytes are needed. Never raises."""
        while True:
            if self._literal is not None and not self._take_literal(self._literal):
                return None
            try:
                line = self._lines.next()
            except LineTooLong as error:
                event = self._too_long(error)
            else:
                if line is None:
                    return None
                event = self._take_line(line)
            if event is not None:
                return event

    def _take_line(self, line: bytes) -> Event | None:
        if self._line_expected:
            self._line_expected = False
            return Line(line)
        marker = _MARKER.search(line) if line.endswith(b"}") else None
        if self._problem is None:
            self._hold(line)
        return self._finish() if marker is None else self._announced(marker)

    def _too_long(self, error: LineTooLong) -> Event | None:
        if self._line_expected:
            self._line_expected = False
            return Refused(None, "BAD", None, f"a line has at most {LINE_LIMIT} octets")
        if not self._pieces:
            self._pieces.append(error.beginning if b" " in error.beginning else b"")  # half a tag is none
        self._swallow(_command_too_long())
        marker = _MARKER.search(error.ending)
        return self._finish() if marker is None else self._announced(marker)

    def _hold(self, octets: bytes) -> None:
        self._pieces.append(octets)
        self._held += len(octets)
        if self._held > LINE_LIMIT:
            self._swallow(_command_too_long())

    def _announced(self, marker: re.Match[bytes]) -> Event | None:
        """Look at a literal's size, and at what stands before it, before it is asked for."""
        digits, plus = marker.groups()
        size = int(digits) if len(digits) <= _LONGEST_NUMBER else 10**_LONGEST_NUMBER
        is_message = False
        if self._problem is None:
            try:
                is_message = self._check_literal(size, marker)
            except Problem as problem:
                self._swallow(problem)
        if self._problem is not None and not plus:
            return self._finish()  # the client waits for `+`, gets this instead and sends nothing
        self._literal = _Literal(size, is_message, keep=self._problem is None)
        return None if plus else Continue(size)

    def _check_literal(self, size: int, marker: re.Match[bytes]) -> bool:
        """Tell whether the literal is an APPEND's message. Raises Problem."""
        is_message = False
        if check_start(self._pieces[0]) == "APPEND":
            if self._message is not None or len(self._pieces) > _PIECES_BEFORE_MESSAGE:
                raise Problem("APPEND takes one message")
            is_message = is_before_message(b"".join(self._pieces)[: -len(marker[0])])
        if is_message and size > self.append_limit:
            raise Problem(f"a message has at most {self.append_limit} octets", "NO", "TOOBIG")
        if not is_message and size > LITERAL_LIMIT:
            raise Problem(f"a literal has at most {LITERAL_LIMIT} octets here", "BAD", "TOOBIG")
        if not is_message and self._held + size > LINE_LIMIT:
            raise _command_too_long()
        self._pieces.append(b"\r\n")
        return is_message

    def _take_literal(self, literal: _Literal) -> bool:
        literal.add(self._lines.take(literal.missing))
        if literal.missing:
            return False
        self._literal = None
        if self._problem is None:
            if literal.is_message:
                self._message = literal.whole()
            else:
                self._hold(literal.whole())
        return True

    def _swallow(self, problem: Problem) -> None:
        self._problem = problem
        del self._pieces[1:]
        self._message, self._held = None, 0

    def _finish(self) -> Event:
        text = b"".join(self._pieces)
        message, problem = self._message, self._problem
        self._reset()
        tag, shown = tag_of(text), shown_command(text)
        try:
            if problem is not None:
                raise problem
            return Received(tag or "", parse_command(text, message), shown)
        except Problem as error:
            return Refused(tag, error.condition, error.code, error.text, shown)

    def _reset(self) -> None:
        self._pieces, self._held = [], 0
        self._literal, self._message, self._problem = None, None, None
        self._line_expected = False


class _Literal:
    """A literal that is coming in; with `keep` false it is counted only."""

    def __init__(self, size: int, is_message: bool, *, keep: bool) -> None:
        self.is_message = is_message
        self.missing = size
        self._keep = keep
        self._octets = bytearray()

    @property
    def arrived(self) -> int:
        return len(self._octets)

    def add(self, chunk: bytes) -> None:
        self.missing -= len(chunk)
        if self._keep:
            self._octets += chunk

    def whole(self) -> bytes:
        return bytes(self._octets)


def _command_too_long() -> Problem:
    return Problem(f"a command has at most {LINE_LIMIT} octets beside its message")
