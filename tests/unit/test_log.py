"""Log lines: readable, parseable, and harmless whatever a mail put into them."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from mailcatch.log import escaped, setup

log = logging.getLogger("mailcatch.smtp.door")


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    level, hook = root.level, threading.excepthook
    yield
    threading.excepthook = hook
    for handler in [one for one in root.handlers if type(one).__module__ == "mailcatch.log"]:
        root.removeHandler(handler)
    root.setLevel(level)


def written(format: str | None, *, terminal: bool = False, level: str = "info", **facts: object) -> str:
    stream = Stream(terminal=terminal)
    setup(level, format, stream)
    log.info("session ended", extra=facts)
    return stream.getvalue()


def test_text_is_key_value():
    """Facts follow the sentence; what holds blanks or quotes is quoted."""
    line = written("text", peer="127.0.0.1:5050", outcome='1 "good" message', helo="")
    assert line.endswith(' info smtp: session ended peer=127.0.0.1:5050 outcome="1 \\"good\\" message" helo=""\n')


def test_json_is_one_object_a_line():
    """The same record for machines, with an RFC 3339 time in UTC."""
    entry = json.loads(written("json", peer="127.0.0.1:5050", accepted=1))
    assert entry.pop("at")[-1] == "Z"
    assert entry == {
        "level": "info",
        "logger": "mailcatch.smtp.door",
        "message": "session ended",
        "peer": "127.0.0.1:5050",
        "accepted": 1,
    }


@pytest.mark.parametrize(("terminal", "expected"), [(True, "info smtp:"), (False, '"level": "info"')])
def test_without_a_format_the_terminal_decides(terminal: bool, expected: str):
    """Text on a terminal, JSON in a pipe."""
    assert expected in written(None, terminal=terminal)


HOSTILE = "a\r\nforged info smtp: ok\x1b[2J\x9b31m\u202etxt\u2066\u2028\ud800"


@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_from_a_mail_reaches_the_terminal(format: str):
    """Control, bidi and separator characters are escaped, in the sentence as in the facts: one line stays one line."""
    stream = Stream(terminal=True)
    setup("info", format, stream)
    log.info("from %s", HOSTILE, extra={"helo": HOSTILE})
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert escaped(text[:-1]) == text[:-1]
    assert text.isprintable() or text[:-1].isprintable()


def test_a_traceback_is_indented_and_escaped():
    """An exception's text comes from anywhere: it cannot pass for a line of the log."""
    stream = Stream(terminal=True)
    setup("info", "text", stream)
    try:
        raise ValueError("boom\n12:00:00 info smtp: forged\x1b[2J")
    except ValueError:
        log.exception("failed")
    head, *trace = stream.getvalue().splitlines()
    assert head.endswith("error smtp: failed")
    assert all(line.startswith("    ") and "\x1b" not in line for line in trace)


def test_levels_are_kept():
    """What is below the level is not written."""
    assert written("text", level="warning") == ""


def test_a_second_setup_replaces_the_first():
    """Lines are never written twice."""
    first = Stream(terminal=False)
    setup("info", "text", first)
    assert written("text") != ""
    assert first.getvalue() == ""


def test_a_stream_that_is_gone_harms_nobody():
    """A closed stderr ends the log, not the server."""
    stream = Stream(terminal=False)
    setup("info", "text", stream)
    stream.close()
    log.info("to nobody")


def test_a_thread_that_fails_is_logged():
    """Its traceback is a record like any other, not bare lines on stderr."""
    stream = Stream(terminal=False)
    setup("info", "json", stream)

    def fail() -> None:
        raise ValueError("boom\x1b[2J")

    thread = threading.Thread(target=fail, name="parse-1")
    thread.start()
    thread.join(5)
    entry = json.loads(stream.getvalue())
    assert (entry["level"], entry["message"]) == ("error", "the thread parse-1 failed")
    assert entry["traceback"].splitlines()[-1].startswith("ValueError: boom")
