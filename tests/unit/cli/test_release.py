"""`mailcatch release`: a message goes on, or the rule that forbids it is named."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Command


def test_a_release(command: Command, mail: str):
    """The job and its recipients; before anything was sent, what one should know."""
    result = command("release", mail, "--to", "bob@far.test", "--to", "eve@far.test")
    assert result.code == 0
    assert "Job " in result.out
    assert "bob@far.test" in result.out
    assert "eve@far.test" in result.out


def test_as_json(command: Command, mail: str):
    """The API's own answer."""
    job = json.loads(command("release", "latest", "--to", "bob@far.test", "--json").out)
    assert (job["message"], job["recipients"][0]["address"]) == (mail, "bob@far.test")


def test_what_is_refused(command: Command, mail: str):
    """The rule is named, the exit code is not 0; without --to nothing is asked."""
    result = command("release", mail, "--to", "eve@other.test")
    assert result.code != 0
    assert "no rule of relay.allow matches" in result.err
    assert command("release", mail).code == 2
