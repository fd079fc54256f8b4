"""The way back from the writing thread to the event loop, one wake-up for a whole batch.

Each `call_soon_threadsafe` writes a byte to wake the loop. A commit resolves many futures at once, so they queue here
and the loop is woken for the first of them only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Returns:
    """Runs callbacks of resolved futures on the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        # Any: each callback fits its own future, see when_done
        self._waiting: deque[tuple[Callable[[Future[Any]], None], Future[Any]]] = deque()
        self._scheduled = False

    def when_done(self, future: Future[T], callback: Callable[[Future[T]], None]) -> None:
        """Call `callback(future)` on the loop once the future is resolved, by whichever thread."""

        def deliver(done: Future[T]) -> None:
            self._waiting.append((callback, done))
            if not self._scheduled:
                self._scheduled = True
                try:
                    self._loop.call_soon_threadsafe(self._run)
                except RuntimeError:  # the loop has ended: nobody is left to be told
                    self._waiting.clear()

        future.add_done_callback(deliver)

    def _run(self) -> None:
        # Cleared before the queue is emptied: what comes from now on wakes the loop again.
        self._scheduled = False
        while self._waiting:
            callback, future = self._waiting.popleft()
            try:
                callback(future)
            except Exception:
                log.exception("an answer could not be given")  # the others still get theirs
