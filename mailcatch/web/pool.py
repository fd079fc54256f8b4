"""The worker threads of the web: one pool for all listeners.

It grows on demand: a thread is made when a connection finds none idle, up to the limit. So nothing is paid at start,
an idle process stays small, and a burst of long-lived connections (live streams, waiters) never makes a short request
queue while threads may still be made.
"""

from __future__ import annotations

import logging
import threading
import time
from queue import SimpleQueue
from typing import Protocol

log = logging.getLogger(__name__)


class Work(Protocol):
    """What a worker does: one turn of a connection."""

    def turn(self) -> None:
        """Serve what there is to serve now. Errors are the connection's own business."""

    def abort(self) -> None:
        """Make a turn that is under way end soon; called from another thread."""


class Pool:
    """Threads named `http-N` that take turns from one queue; every method may be called from any thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._free = 0  # idle workers less queued turns
        self._threads: list[threading.Thread] = []
        self._busy: set[Work] = set()
        self._stopping = False

    @property
    def size(self) -> int:
        """How many threads there are."""
        return len(self._threads)

    @property
    def busy(self) -> int:
        """How many threads are serving a turn now."""
        return len(self._busy)

    def put(self, work: Work) -> None:
        """Have a worker take `work`; it never blocks. The number of connections bounds the queue."""
        with self._lock:
            self._free -= 1
            grow = self._free < 0 and len(self._threads) < self._limit and not self._stopping
            if grow:
                self._grow()
        self._queue.put(work)

    def stop(self, grace: float) -> None:
        """End all workers: what is under way may finish for `grace` seconds, then it is aborted."""
        with self._lock:
            self._stopping = True
            threads = list(self._threads)
        for _ in threads:
            self._queue.put(None)
        if not self._join(threads, grace):
            for work in self._busy.copy():
                work.abort()
            self._join(threads, 1.0)

    def _grow(self) -> None:
        thread = threading.Thread(target=self._run, name=f"http-{len(self._threads) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more threads: those there are must do
            log.warning("no more than %d web threads can be made here", len(self._threads))
            self._limit = max(1, len(self._threads))
            return
        self._threads.append(thread)
        self._free += 1

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            self._busy.add(work)
            try:
                work.turn()
            except Exception:
                log.exception("a web connection failed")
            finally:
                self._busy.discard(work)
                del work
            with self._lock:
                self._free += 1

    @staticmethod
    def _join(threads: list[threading.Thread], timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
