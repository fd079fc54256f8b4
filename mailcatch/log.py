"""Logging: the standard library's, on stderr, one line a record: key=value for people, JSON for machines.

A record's own facts are given as ``extra``: ``log.info("session ended", extra={"peer": peer, "accepted": 1})``. What
came from a mail or a client is escaped, so that nothing in it can move a terminal's cursor or forge a line. Never
logged: bodies, passwords.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from typing import TextIO

LEVELS = ("debug", "info", "warning", "error")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# C0, DEL, C1, the marks that turn the writing direction, line and paragraph separator, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NEEDS_QUOTES = re.compile(r'[\s"=\\]|\A\Z')


def escaped(text: str) -> str:
    r"""Return `text` on one line: control and bidi characters become ``\x1b`` and ``\u202e``."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class Text(logging.Formatter):
    """`12:44:31.120 info smtp: session ended peer=127.0.0.1:5050 outcome="1 message stored"`; local time."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback of an exception indented below it."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        name = record.name.removeprefix("mailcatch.").split(".")[0]
        head = f"{clock}.{int(record.msecs):03d} {record.levelname.lower()} {name}: {escaped(record.getMessage())}"
        line = "".join([head, *(f" {key}={self._value(value)}" for key, value in _facts(record).items())])
        return line + self._trace(record)

    @staticmethod
    def _value(value: object) -> str:
        text = escaped(str(value))
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if _NEEDS_QUOTES.search(text) else text

    def _trace(self, record: logging.LogRecord) -> str:
        if not record.exc_info:
            return ""
        lines = self.formatException(record.exc_info).splitlines()
        return "".join(f"\n    {escaped(line)}" for line in lines)


class Json(logging.Formatter):
    """One object a line: `at` (RFC 3339, UTC), `level`, `logger`, `message`, the facts, `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object's line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry: dict[str, object] = {
            "at": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in _facts(record).items() if key not in entry}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)  # ASCII: whatever is in it, a terminal sees escapes


class Handler(logging.StreamHandler[TextIO]):
    """Writes to a stream; one that is gone ends the logging, never the server."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base's name
        """Keep quiet about a stream that cannot be written to."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handleError(record)


def setup(level: str = "info", format: str | None = None, stream: TextIO | None = None) -> None:
    """Send records of `level` and above to `stream` (stderr); `format` is text or json, by default a terminal decides.

    Called once by the command: logging belongs to the process, the servers in it share it.
    """
    stream = stream or sys.stderr
    format = format or ("text" if stream.isatty() else "json")
    handler = Handler(stream)
    handler.setFormatter(Text() if format == "text" else Json())
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    threading.excepthook = _thread_failed
    for chatty in ("asyncio", "mail.log"):  # aiosmtpd's: each line of the dialogue, which is a Session's business
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    """Log what ended a thread, in place of Python's bare traceback."""
    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        name = failure.thread.name if failure.thread else "a thread"
        logging.getLogger(__name__).error("the thread %s failed", name, exc_info=failure.exc_value)
