"""Wake-ups for those who follow the log: "it is now at seq N".

The log carries the facts, the bus only the news that there are some: its whole state is one integer. So no follower
can be too slow for it, nothing is lost or reordered, and resuming after a disconnect is the same code as following.
"""

from __future__ import annotations

import asyncio
import threading
import time


class Bus:
    """One integer and those who wait for it to grow; every method may be called from any thread."""

    def __init__(self, seq: int = 0) -> None:
        self._seq = seq
        self._closed = False
        self._condition = threading.Condition()
        self._futures: dict[asyncio.Future[None], asyncio.AbstractEventLoop] = {}

    @property
    def seq(self) -> int:
        """Where the log is, as far as the bus was told."""
        return self._seq

    @property
    def closed(self) -> bool:
        """Whether the process is stopping."""
        return self._closed

    def notify(self, seq: int) -> None:
        """Tell everyone that the log has grown to `seq`; the writer calls it after each commit."""
        with self._condition:
            self._seq = max(self._seq, seq)
            self._wake()

    def close(self) -> None:
        """Wake everyone for good: from now on no call waits."""
        with self._condition:
            self._closed = True
            self._wake()

    def wait(self, after: int, timeout: float | None = None) -> int:
        """Block until the log is past `after`, the bus closes, or `timeout` seconds are over; return its seq."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._condition:
            while self._seq <= after and not self._closed:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._condition.wait(left)
            return self._seq

    async def changed(self, after: int) -> int:
        """Return the log's seq as soon as it is past `after`, or the bus closes. Cancelling leaves nothing behind."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        with self._condition:
            if self._seq > after or self._closed:
                return self._seq
            self._futures[future] = loop
        try:
            await future
        finally:
            with self._condition:
                self._futures.pop(future, None)
        return self._seq

    def _wake(self) -> None:
        """Wake threads and tasks; a loop that has ended since has nobody left to wake."""
        self._condition.notify_all()
        futures, self._futures = self._futures, {}
        for future, loop in futures.items():
            try:
                loop.call_soon_threadsafe(_resolve, future)
            except RuntimeError:
                continue


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
