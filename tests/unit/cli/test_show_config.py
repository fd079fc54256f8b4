"""`mailcatch config`: what counts, and why."""

import json
from pathlib import Path

import pytest

from mailcatch.config import options
from tests.unit.cli.conftest import Command


def test_each_value_and_its_source(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch):
    """A line for every option."""
    (here / "mailcatch.toml").write_text('max-age = "7d"')
    monkeypatch.setenv("MAILCATCH_HTTP", "8080 [::1]:9090")
    lines = {line.split()[0]: line.split() for line in command("config", "--max-messages", "5").out.splitlines()}
    assert list(lines) == [option.name for option in options()]
    assert lines["max-messages"][1:] == ["5", "command", "line"]
    assert lines["http"][1:] == ["8080", "[::1]:9090", "environment", "MAILCATCH_HTTP"]
    assert lines["max-age"][1:] == ["7d", "mailcatch.toml"]
    assert lines["smtp"][1:] == ["1025", "default"]


def test_as_json(command: Command, monkeypatch: pytest.MonkeyPatch):
    """For programs; serve's own --json is one of the options."""
    monkeypatch.setenv("MAILCATCH_JSON", "1")
    entries = {each["option"]: each for each in json.loads(command("config", "--json").out)}
    assert entries["json"] == {
        "option": "json", "variable": "MAILCATCH_JSON", "value": "on", "source": "environment MAILCATCH_JSON",
    }  # fmt: skip


def test_as_an_environment(command: Command, here: Path):
    """What is set is set, what could be is a comment; a compose file takes it as it is."""
    out = command("config", "--env", "--host", "any", "--smtp", "1025", "--smtp", "off-host:25").out
    lines = out.splitlines()
    assert lines[0] == "environment:"
    assert '  MAILCATCH_HOST: "any"' in lines
    assert '  MAILCATCH_SMTP: "1025 off-host:25"' in lines
    assert '  # MAILCATCH_MAX_MESSAGES: "10000"' in lines
    assert len(lines) == 1 + sum(each.spelling != "file" for each in options())


def test_the_environment_it_prints_gives_the_same_again(command: Command, monkeypatch: pytest.MonkeyPatch):
    """Setting every variable as printed changes no value."""
    before = [each["value"] for each in json.loads(command("config", "--json").out)]
    for text in command("config", "--env").out.splitlines()[1:]:
        name, _, value = text.strip("# ").partition(": ")
        monkeypatch.setenv(name, json.loads(value))
    assert before == [each["value"] for each in json.loads(command("config", "--json").out)]


def test_what_a_found_file_may_not_say_is_told(command: Command, here: Path):
    """One line on stderr, and the value stays what it was."""
    (here / "mailcatch.toml").write_text('host = "any"\nmax-messages = 5')
    result = command("config")
    assert result.err.startswith("mailcatch: ignored in mailcatch.toml: host, ")
    assert result.err.count("\n") == 1
    assert "max-messages                     5 " in result.out
    assert command("config", "--config", "mailcatch.toml").err == ""
