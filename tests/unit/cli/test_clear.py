"""`mailcatch clear`: everything goes, once that was said."""

from collections.abc import Callable

import click
import pytest

from tests.unit.cli.conftest import Command, Stdin


def test_it_asks_unless_told_not_to(command: Command, url: str, deliver: Callable[..., str]):
    """In a pipe nobody can be asked: exit 2, and the mail stays."""
    deliver()
    refused = command("clear")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert command("ls").out
    done = command("clear", "--yes", "--json")
    assert (done.code, done.out) == (0, '{"deleted": 1}\n')
    assert command("ls").out == ""


def no(*words: object, **more: object) -> None:
    """Say no, as click does."""
    raise click.Abort


def test_a_no_on_the_terminal_keeps_the_mail(
    command: Command, url: str, deliver: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    """Whoever is asked may say no."""
    deliver()
    monkeypatch.setattr(Stdin, "isatty", lambda stream: True)
    monkeypatch.setattr(click, "confirm", no)
    assert command("clear").code == 130
    assert command("ls").out
