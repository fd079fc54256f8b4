"""`mailcatch pause`."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Command


def test_nothing_goes(command: Command, mail: str):
    """It says so, and what is released waits."""
    assert "paused" in command("pause").err
    job = json.loads(command("release", mail, "--to", "bob@far.test", "--json").out)
    assert job["recipients"][0]["state"] == "queued"
    command("jobs", "cancel", job["id"])
    assert command("resume").code == 0
