"""The relay's attempts, driven one by one: what a queue does between them is left to the test."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from msgspec.structs import replace

from mailcatch.relay.attempt import Means, attempt
from mailcatch.relay.guard import Guard
from mailcatch.relay.lookup import Own
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.recorder import Recorder
from mailcatch.relay.resolver import Resolver, Servers
from mailcatch.relay.settings import DEV, Settings
from mailcatch.trace import AttemptResult, Order, OrderRecipient, RecipientResult, TraceEvent
from mailcatch.trace_text import text_of
from tests.lab.namespace import DNS
from tests.lab.scenarios import US

ALLOWED = ("127.25.0.0/16", "198.51.100.0/24", "2001:db8::/32")

SETTINGS = Settings(
    helo="us.mailcatch.test",
    policy=Policy(enabled=True, allow=(read_rule("*.test"),)),
    guard=Guard(tuple(map(ip_network, ALLOWED)), ((US, 25),)),
    own=Own(frozenset({"us.mailcatch.test"}), frozenset({US})),
    servers=Servers((DNS,), patience=1.0, rounds=1),
    timeouts=replace(DEV, connect=1.0, replies={**DEV.replies, "banner": 2.0}),
    bind=US,
)
"""Those of the lab: patience is short, and its networks may be dialled."""


@dataclass
class Journey:
    """One message on its way to one domain."""

    sender: str
    domain: str
    recipients: tuple[str, ...]
    content: bytes
    settings: Settings = SETTINGS
    attempts: list[AttemptResult] = field(default_factory=list)
    events: list[TraceEvent] = field(default_factory=list)
    dots: int = 0
    """How often it was noted that the end of the message was about to be sent."""

    def attempt(self) -> Mapping[str, RecipientResult]:
        """Make the next attempt for those who have no final result; give each recipient's last one."""
        known = self.results
        waiting = [
            OrderRecipient(number, address)
            for number, address in enumerate(self.recipients)
            if address not in known or known[address].state == "deferred"
        ]
        plain = bool(self.attempts) and self.attempts[-1].tls_failed
        order = Order(
            "job", len(self.attempts) + 1, self.domain, self.sender, tuple(waiting), self.content, plain_allowed=plain
        )
        self.attempts.append(asyncio.run(self._run(order)))
        return self.results

    async def _run(self, order: Order) -> AttemptResult:
        recorder = Recorder(self.events.append)
        return await attempt(order, self.settings, Means(Resolver(self.settings.servers), recorder.note, self._dot))

    async def _dot(self) -> None:
        self.dots += 1

    @property
    def results(self) -> dict[str, RecipientResult]:
        """The last result of each recipient."""
        return {each.address: each for made in self.attempts for each in made.results}

    @property
    def kinds(self) -> set[str]:
        """The kinds of all events."""
        return {event.kind for event in self.events}

    @property
    def text(self) -> str:
        """All that happened, to read."""
        return text_of(self.events)
