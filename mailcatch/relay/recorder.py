"""What happens in an attempt, noted with its number and time, and told to whoever watches at that moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from mailcatch.trace import TraceEvent

MOST_EVENTS = 5_000
"""Events that one attempt may leave: a server that talks without end fills no memory."""

ALWAYS = frozenset({"rcpt.result", "verdict", "retry.scheduled", "dsn.made", "dsn.none"})
"""How it ended, which is noted all the same; no server adds to these."""


class Note(Protocol):
    """Take down one fact; what is None is left out."""

    def __call__(self, kind: str, /, **data: Any) -> None:  # noqa: ANN401 - the facts differ by kind, see trace.KINDS
        """Take it down."""


class Recorder:
    """The events of one attempt. `watch` is called with each, on the thread where it happens."""

    def __init__(
        self, watch: Callable[[TraceEvent], None] | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._watch, self._clock = watch, clock
        self._began = clock()
        self._events: list[TraceEvent] = []

    @property
    def events(self) -> tuple[TraceEvent, ...]:
        """All that was noted, in its order."""
        return tuple(self._events)

    def note(self, kind: str, /, **data: Any) -> None:  # noqa: ANN401 - the facts differ by kind, see trace.KINDS
        """Take down one fact (`Note`)."""
        if len(self._events) >= MOST_EVENTS and kind not in ALWAYS:
            return
        known = {name: value for name, value in data.items() if value is not None}
        event = TraceEvent(len(self._events) + 1, round((self._clock() - self._began) * 1000), kind, known)
        self._events.append(event)
        if self._watch is not None:
            self._watch(event)
