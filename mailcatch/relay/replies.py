"""Replies of an SMTP server (RFC 5321 §4.2), read from a stream and bounded. Sans-IO."""

from __future__ import annotations

import re

from msgspec import Struct

from mailcatch.wire import LineBuffer, LineTooLong

LONGEST_LINE = 2 << 10
"""Octets of a line of a reply; RFC 5321 §4.5.3.1.5 allows 512."""

MOST_LINES = 200
"""Lines of one reply."""

_LINE = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[ \t]+|\Z)")


class BadReply(Exception):
    """What the server said is no reply, or too much; the text says why."""


class Reply(Struct, frozen=True):
    """A whole reply. `enhanced` is the status of RFC 2034 where its class fits the code; `text` goes without it."""

    code: int
    enhanced: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """What people read: the lines after their codes, as one."""
        return " ".join([_ENHANCED.sub("", line) for line in self.lines]).strip()

    @property
    def good(self) -> bool:
        """Whether it is 2yz."""
        return self.code // 100 == 2

    @property
    def temporary(self) -> bool:
        """Whether it is 4yz."""
        return self.code // 100 == 4


class ReplyReader:
    """Takes octets as they come and gives lines, and with the last line of a reply the reply."""

    def __init__(self) -> None:
        self._buffer = LineBuffer(LONGEST_LINE)
        self._lines: list[str] = []
        self._code: str | None = None

    def feed(self, data: bytes) -> None:
        """Take in what has arrived."""
        self._buffer.feed(data)

    @property
    def waiting(self) -> int:
        """How many octets wait that were not asked for: after STARTTLS there must be none (RFC 3207 §4.2)."""
        return len(self._buffer)

    def next(self) -> tuple[str, Reply | None] | None:
        """Return the next line, with the reply that it ends if it does; None if there is none yet. Raises BadReply."""
        try:
            raw = self._buffer.next()
        except LineTooLong as error:
            raise BadReply(f"a line of the reply is longer than {LONGEST_LINE} octets") from error
        if raw is None:
            return None
        line = raw.decode("utf-8", "replace")
        return line, self._take(line)

    def _take(self, line: str) -> Reply | None:
        match = _LINE.match(line)
        if match is None or (self._code is not None and match[1] != self._code):
            raise BadReply(f"this is no reply: {line[:80]!r}")
        self._lines.append(match[3] or "")
        if len(self._lines) > MOST_LINES:
            raise BadReply(f"the reply has more than {MOST_LINES} lines")
        self._code = match[1]
        if match[2] == "-":
            return None
        lines, self._lines, self._code = tuple(self._lines), [], None
        return Reply(int(match[1]), _enhanced(match[1], lines), lines)


def _enhanced(code: str, lines: tuple[str, ...]) -> str | None:
    found = _ENHANCED.match(lines[0])
    return found[1] if found and found[1][0] == code[0] else None
