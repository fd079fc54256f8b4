"""Questions from other threads are answered by the loop."""

from __future__ import annotations

import asyncio

from mailcatch.relay.asking import Asking
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.settings import Settings

SETTINGS = Settings(helo="us.test", policy=Policy(enabled=True, allow=(read_rule("*.test"),)))


def test_a_route_and_a_probe_that_no_rule_allows():
    """The answer is the rule; nothing was asked of the DNS."""

    async def ask() -> tuple[str | None, str]:
        asking = Asking(SETTINGS)
        route = await asyncio.to_thread(lambda: asking.route("ann@other.example").result(20))
        probe = await asyncio.to_thread(lambda: asking.probe("ann@other.example").result(20))
        return route.problem, probe.verdict

    problem, verdict = asyncio.run(ask())
    assert problem == "no rule of relay.allow matches"
    assert verdict == f"not asked: {problem}"
