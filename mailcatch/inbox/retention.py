"""Retention: a thread that follows the log and has the store remove what may not stay, in small steps.

Each step is one operation of the writer's queue, and the next is asked for only when it is done: mail that arrives
meanwhile is stored between two steps. A rest after each round lets arrivals gather, so that a stream of single mails
does not pay a removal for each.
"""

from __future__ import annotations

import logging
import threading
import time

from mailcatch.bus import Bus
from mailcatch.errors import MailcatchError
from mailcatch.store.api import Retention, Store

log = logging.getLogger(__name__)

STEP = 100
"""Messages removed in one operation: some milliseconds of the writer's time."""

REST = 0.25
"""Seconds between two rounds."""

_FAILED = 5.0  # seconds until the next try after the database could not
_STOP = 10.0  # seconds that a step under way may take at the end


class RetentionFollower:
    """The thread `retention`; without any limit there is none."""

    def __init__(self, store: Store, bus: Bus, limits: Retention) -> None:
        self._store = store
        self._bus = bus
        self._limits = limits
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        # Age passes without any event: look often enough to be exact to a twentieth of it.
        self._look = None if limits.max_age is None else min(60.0, max(0.5, limits.max_age / 1000 / 20))

    def start(self) -> None:
        """Begin with what the database holds already, then follow."""
        if self._limits != Retention():
            self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End after the step under way; the bus must be closed before, for the thread waits there."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(_STOP)

    def _run(self) -> None:
        while not self._over():
            seq = self._bus.seq
            rest = REST
            try:
                seq = max(seq, self._round())
            except MailcatchError as error:
                if not self._over():
                    log.warning("old messages could not be removed: %s", error)
                rest = _FAILED
            if not self._closed.wait(rest if not self._bus.closed else 0):
                self._bus.wait(seq, self._look)

    def _round(self) -> int:
        """Remove step by step until nothing is left to do; return where the log was after the last step."""
        removed, seq = 0, 0
        while not self._over():
            outcome = self._store.prune(self._limits, time.time_ns() // 1_000_000, STEP).result()
            seq = max(seq, outcome.seq if outcome.count else 0)
            removed += outcome.count
            if not outcome.count:
                break
        if removed:
            log.info("old messages removed", extra={"messages": removed})
        return seq

    def _over(self) -> bool:
        return self._closed.is_set() or self._bus.closed
