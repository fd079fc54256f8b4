"""A semaphore counted in bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ByteBudget:
    """At most `limit` bytes are taken at one time; one taker larger than that goes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._closed = False
        self._freed = threading.Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Hold `size` bytes of the budget, waiting until there is room; after close() nobody waits."""
        with self._freed:
            self._freed.wait_for(lambda: self._closed or not self._used or self._used + size <= self._limit)
            self._used += size
        try:
            yield
        finally:
            with self._freed:
                self._used -= size
                self._freed.notify_all()

    def close(self) -> None:
        """Let everyone through who waits: the process is stopping."""
        with self._freed:
            self._closed = True
            self._freed.notify_all()
