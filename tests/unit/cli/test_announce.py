"""Ready lines, the machine's line, and the ready file."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mailcatch.cli.announce import announced, lines, ready_object, write_atomically
from mailcatch.config import Config, HttpSection, ProcessSection
from mailcatch.control import Info, Limits
from mailcatch.errors import ConfigError
from mailcatch.model import Listener

INFO = Info(
    version="1.2.3",
    database="/tmp/mail.db",
    limits=Limits(1, 1),
    smtp=(Listener("127.0.0.1", 1025), Listener("::1", 1025)),
    http=(Listener("127.0.0.1", 8025), Listener("::1", 8025)),
)
OBJECT = {
    "event": "ready",
    "version": "1.2.3",
    "pid": os.getpid(),
    "database": "/tmp/mail.db",
    "smtp": [{"host": "127.0.0.1", "port": 1025, "tls": "none"}, {"host": "::1", "port": 1025, "tls": "none"}],
    "http": [{"url": "http://127.0.0.1:8025/mail"}, {"url": "http://[::1]:8025/mail"}],
    "pop3": [],
    "imap": [],
}


def config(**process: object) -> Config:
    return Config(process=ProcessSection(**process), http=HttpSection(webroot="/mail"))  # type: ignore[arg-type]


def test_the_ready_object():
    """All real ports, the prefix included, and a place for the doors to come."""
    assert ready_object(INFO, "/mail") == OBJECT


def test_a_line_for_each_door():
    """SMTP, web and database; a door that is off has none."""
    assert list(lines(INFO, "")) == [
        "SMTP      127.0.0.1:1025, [::1]:1025",
        "Web       http://127.0.0.1:8025, http://[::1]:8025",
        "Database  /tmp/mail.db",
    ]
    off = replace(INFO, http=(), database=":temp:")
    assert list(lines(off, "")) == [
        "SMTP      127.0.0.1:1025, [::1]:1025",
        "Database  :temp: (goes with the process)",
    ]


def test_a_line_says_how_a_port_is_protected():
    """What needs an upgrade, and what speaks TLS at once; plain is not said."""
    smtp = tuple(Listener("127.0.0.1", port, tls) for port, tls in ((1, "none"), (2, "starttls"), (3, "implicit")))  # type: ignore[arg-type]
    secured = replace(INFO, smtp=smtp, http=(), pop3=smtp[1:2], imap=smtp[2:])
    assert list(lines(secured, ""))[:3] == [
        "SMTP      127.0.0.1:1, 127.0.0.1:2 (STARTTLS), 127.0.0.1:3 (TLS)",
        "POP3      127.0.0.1:2 (STARTTLS)",
        "IMAP      127.0.0.1:3 (TLS)",
    ]


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ({}, "SMTP  "),
        ({"json": True}, '{"event": "ready"'),
        ({"quiet": True}, ""),
        ({"quiet": True, "json": True}, "{"),
    ],
)
def test_stdout(capsys: pytest.CaptureFixture[str], process: dict[str, bool], expected: str):
    """Lines for people, one line for programs, nothing with -q but what was asked for."""
    with announced(INFO, config(**process)):
        out = capsys.readouterr().out
        assert out.startswith(expected)
        assert (out == "") == (expected == "")
        if "json" in process:
            assert json.loads(out) == OBJECT
            assert out.count("\n") == 1


def test_the_ready_file_is_there_while_it_serves(tmp_path: Path):
    """Whole from the first moment, gone at the end, also after an error."""
    path = tmp_path / "ready.json"
    telling = announced(INFO, config(ready_file=path, quiet=True))
    telling.__enter__()
    assert json.loads(path.read_text()) == OBJECT
    assert [path] == list(tmp_path.iterdir())
    assert not telling.__exit__(RuntimeError, RuntimeError(), None)
    assert list(tmp_path.iterdir()) == []


def test_the_ready_file_of_another_process_stays(tmp_path: Path):
    """A successor that took the name over keeps it."""
    path = tmp_path / "ready.json"
    with announced(INFO, config(ready_file=path, quiet=True)):
        path.write_text('{"pid": 1}')
    assert path.read_text() == '{"pid": 1}'


def test_a_ready_file_that_cannot_be_written_is_said(tmp_path: Path):
    """It names the option (G18)."""
    with pytest.raises(ConfigError, match=r"^--ready-file: .* cannot be written: No such file"):
        write_atomically(tmp_path / "none" / "ready.json", "{}")


def test_the_browser_is_opened_on_the_inbox(monkeypatch: pytest.MonkeyPatch):
    """With --open, at the first address."""
    import threading
    import webbrowser

    opened, done = [], threading.Event()
    monkeypatch.setattr(webbrowser, "open", lambda url: (opened.append(url), done.set()))
    with announced(INFO, config(open=True, quiet=True)):
        assert done.wait(5)
    assert opened == ["http://127.0.0.1:8025/mail"]
