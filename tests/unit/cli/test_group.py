"""The group: every command is there, and none is imported before it is called."""

import click
import pytest

from mailcatch.cli.group import COMMANDS, group


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_imported(name: str):
    """Its name, its help and its module agree."""
    ctx = click.Context(group)
    command = group.get_command(ctx, name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_the_help_names_every_command_without_importing_it():
    """In the order of use, each with its line."""
    text = group.get_help(click.Context(group, info_name="mailcatch"))
    assert [name for name in COMMANDS if f"\n  {name} " in text] == list(COMMANDS)
