"""`mailcatch resume`."""

from __future__ import annotations

from tests.unit.cli.conftest import Command


def test_it_goes_on(command: Command, mail: str):
    """It says so."""
    command("pause")
    assert "the relay is on its way" in command("resume").err
