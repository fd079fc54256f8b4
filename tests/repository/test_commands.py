"""docs/commands.md is what the commands are: every command, every preset, every option of those that it explains."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from mailcatch.cli.errors import AMBIGUOUS, Missing, Refused, ServerFailed, Unreachable
from mailcatch.cli.group import COMMANDS, group
from mailcatch.cli.presets import PRESETS, environment
from mailcatch.cli.private import Address

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs", "commands.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
EVERYWHERE = {"--url", "--config", "--json", "--help"}
"""Options that the top of the page explains, or click does."""


def test_every_command_is_in_the_table() -> None:
    """In the order of the help."""
    assert re.findall(r"^\| `(\w+)` \| (?!.*`[A-Z_]+`)", PAGE.split("## wait")[0], re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", ["wait", "none", "assert", "run", "doctor"])
def test_every_option_is_explained(name: str) -> None:
    """In the command's own section, or in wait's for what they share."""
    command = group.get_command(click.Context(group), name)
    assert command is not None
    options = {max(param.opts, key=len) for param in command.params if isinstance(param, click.Option)}
    text = SECTIONS[name] + (SECTIONS["wait"] if name == "none" else "")
    text = text.replace("-f expect.yaml", "--file")
    assert [option for option in sorted(options - EVERYWHERE) if option not in text] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_every_name_of_a_preset_is_there(preset: str) -> None:
    """Those that a command gets besides the common ones."""
    address = Address("h", 1, "u")
    names = environment(address, preset).keys() - environment(address, None).keys()
    (row,) = re.findall(rf"^\| `{preset}` \| (.*) \|$", PAGE, re.MULTILINE)
    assert [
        name for name in names if not name.startswith(("FLASK_", "SPRING_MAIL_PROP")) and f"`{name}`" not in row
    ] == []


def test_exit_codes() -> None:
    """The table's are the errors' own."""
    codes = {int(each) for each in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)}
    assert codes == {0, AMBIGUOUS, *(each.exit_code for each in (Missing, Refused, Unreachable, ServerFailed))}


def test_the_programs_are_installed() -> None:
    """Both names lead to functions that are there."""
    with ROOT.joinpath("pyproject.toml").open("rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    assert scripts == {
        "mailcatch": "mailcatch.cli:main",
        "mailcatch-sendmail": "mailcatch.cli.sendmail.program:main",
    }
    from mailcatch.cli.sendmail.program import main

    assert callable(main)
