"""`mailcatch route`: where mail would go."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Command


def test_the_route(command: Command, mail: str):
    """The rule, the hosts with their addresses, and what the DNS said."""
    out = command("route", "bob@far.test").out
    assert "bob@far.test: relay (relay.allow @far.test)" in out
    assert "mx.far.test 127.0.0.2:" in out
    assert json.loads(command("route", "bob@far.test", "--json").out)["hosts"][0]["preference"] == 10


def test_no_route(command: Command, mail: str):
    """The rule alone."""
    assert "blocked (no rule of relay.allow matches)" in command("route", "bob@other.test").out
