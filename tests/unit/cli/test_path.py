"""`mailcatch path`: the way of a message, for people and for programs."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Command


def test_the_way(command: Command, mail: str):
    """As text, and as the API gives it."""
    assert "bob@far.test" in command("path", mail).out
    assert json.loads(command("path", "latest", "--json").out)["steps"][0]["kind"] == "received"
