"""`mailcatch probe`: what a server says about an address."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Command


def test_the_probe(command: Command, mail: str):
    """The dialogue and the verdict, and no message."""
    out = command("probe", "bob@far.test").out
    assert "-> RCPT TO:<bob@far.test>" in out
    assert "would take mail for bob@far.test" in out
    assert "DATA" not in out
    found = json.loads(command("probe", "ann@far.test", "--json").out)
    assert found["result"]["code"] == 450


def test_what_is_refused(command: Command, mail: str):
    """An address that is not allowed is not asked about."""
    result = command("probe", "bob@other.test")
    assert result.code != 0
    assert "no rule of relay.allow" in result.err
