"""The values of a message's way out."""

from __future__ import annotations

import msgspec

from mailcatch.journey import Attempt, Journey, Return, Sent, Traveller
from mailcatch.trace import TraceEvent


def test_they_go_through_json():
    """As everything that a store gives and web shows."""
    traveller = Traveller("a@b", "a@b", "sent", 250, "2.0.0", "ok", "dot", "mx", 1, None, False, None)
    attempt = Attempt(1, "b", 1, 2, "sent", (TraceEvent(1, 0, "verdict", {"text": "sent"}),))
    for value in (Journey("J", "auto", None, 1, (traveller,), (attempt,)), Sent(1, "a@b", "a@b", "J", "M"),
                  Return(1, "M", "hop", {"by": "mx"})):  # fmt: skip
        assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value
