"""Precedence and sources, as click has them."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mailcatch.cli.options import config_from, default_database, settings_of
from mailcatch.cli.serve import command as serve
from mailcatch.cli.show_config import command as show_config
from mailcatch.config import Bind, Config, options


def context(*arguments: str) -> click.Context:
    return serve.make_context("serve", list(arguments))


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    """One value, four places; each taken away lets the next through."""

    def now(*arguments: str) -> tuple[int | None, str]:
        ctx = context(*arguments)
        found = next(each for each in settings_of(ctx) if each.option.name == "max-messages")
        return config_from(ctx).store.max_messages, found.source

    file = here / "mailcatch.toml"
    file.write_text("max-messages = 30")
    monkeypatch.setenv("MAILCATCH_MAX_MESSAGES", "20")
    assert now("--max-messages", "10") == (10, "command line")
    assert now() == (20, "environment MAILCATCH_MAX_MESSAGES")
    monkeypatch.delenv("MAILCATCH_MAX_MESSAGES")
    assert now() == (30, "mailcatch.toml")
    file.unlink()
    assert now() == (10_000, "default")


def test_without_anything_the_configuration_is_the_default(here: Path):
    """The fields' defaults, but for the database, which has its place on each platform."""
    made, plain = config_from(context()), Config()
    assert (plain.process, plain.smtp, plain.http) == (made.process, made.smtp, made.http)
    assert made.store.database == default_database()


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch):
    """Compose files pass variables on that nobody has set."""
    for option in options():
        monkeypatch.setenv(option.variable, "")
    assert {each.source for each in settings_of(context())} == {"default"}


def test_repeatable_values(here: Path, monkeypatch: pytest.MonkeyPatch):
    """Repeated on the command line, split at blanks in the environment, a list in the file."""
    both = (Bind(None, 1), Bind("::1", 2))
    assert both == config_from(context("--smtp", "1", "--smtp", "[::1]:2")).smtp.listen
    (here / "mailcatch.toml").write_text('smtp = ["1", "[::1]:2"]')
    assert both == config_from(context()).smtp.listen
    monkeypatch.setenv("MAILCATCH_SMTP", "1 [::1]:2")
    assert both == config_from(context()).smtp.listen
    monkeypatch.setenv("MAILCATCH_SMTP", "off")
    assert config_from(context()).smtp.listen == ()


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("yes", True), ("off", False), ("0", False)])
def test_flags_from_the_environment(monkeypatch: pytest.MonkeyPatch, text: str, expected: bool):
    """Variables say yes and no in the usual words; the command line has --no- for each."""
    monkeypatch.setenv("MAILCATCH_OPEN", text)
    assert expected == config_from(context()).process.open
    assert not config_from(context("--no-open")).process.open


def test_config_names_the_file(tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch):
    """--config and MAILCATCH_CONFIG take the place of what lies around."""
    (here / "mailcatch.toml").write_text("max-messages = 1")
    other = tmp_path / "other.toml"
    other.write_text('max-messages = 2\nhost = "any"')
    made = config_from(context("--config", str(other)))
    assert (made.store.max_messages, made.process.host) == (2, "any")
    monkeypatch.setenv("MAILCATCH_CONFIG", str(other))
    assert config_from(context()).store.max_messages == 2


@pytest.mark.parametrize("option", options(), ids=lambda option: option.name)
def test_every_option_is_on_the_command(option: object):
    """None is forgotten, and each has its variable."""
    params = {param.name: param for param in serve.params}
    assert params[option.key].envvar == (option.variable if option.spelling != "file" else None)  # type: ignore[attr-defined]


def test_what_the_command_line_does_not_know(monkeypatch: pytest.MonkeyPatch):
    """Another port for MX is the file's to say alone, a password in plain the environment's."""
    for flag in ("--relay-mx-port", "--relay-smarthost-password"):
        result = CliRunner().invoke(show_config, [flag, "x"])
        assert (result.exit_code, "No such option" in result.output) == (2, True)
    monkeypatch.setenv("MAILCATCH_RELAY_MX_PORT", "2525")
    monkeypatch.setenv("MAILCATCH_RELAY_SMARTHOST_PASSWORD", "sesame")
    shown = CliRunner().invoke(show_config, []).output
    assert "sesame" not in shown
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("relay-")}
    assert lines["relay-mx-port"] == ["25", "default"]
    assert lines["relay-smarthost-password"][0] == "***"
