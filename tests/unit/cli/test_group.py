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


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], ["serve"]), (["--smtp", "0"], ["serve", "--smtp", "0"]), (["-q"], ["serve", "-q"]), (["ls"], ["ls"])],
)
def test_serve_is_the_default(arguments: list[str], expected: list[str]):
    """No command, or only options of serve: it is meant."""
    ctx = group.make_context("mailcatch", list(arguments))
    assert expected == [*ctx._protected_args, *ctx.args]
