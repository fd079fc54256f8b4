"""Waiting for mail: one thread follows the log and shows each arrival to those who wait for one like it.

Whoever waits registers first and then asks the store for what is there already, up to the seq from which the thread
shows it arrivals: so nothing is lost between the two, and nothing counted twice. Nobody polls.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

from mailcatch.bus import Bus
from mailcatch.errors import MailcatchError
from mailcatch.inbox.expecting import Expectation, Progress, Verdict, asks_for
from mailcatch.model import Summary
from mailcatch.search.query import ROLES, And, Query, Term
from mailcatch.store.api import Reader, Seen

log = logging.getLogger(__name__)

_PAGE = 200
_FAILED = 1.0  # seconds until the next try after the database could not


class Waiter:
    """One expectation that is being waited for; `ring` is called, from another thread, when it may be decided."""

    def __init__(self, expectation: Expectation, ring: Callable[[], None]) -> None:
        self.progress = Progress(expectation, time.monotonic())
        self.inbox: int | None = None  # its number: one that is made anew under its name is another
        self.key = _key_of(expectation.query)
        self._ring = ring
        self._lock = threading.Lock()
        self._error: MailcatchError | None = None
        self._matches = asks_for(expectation.query, expectation.inbox)
        self._ends = None if expectation.until is None else asks_for(expectation.until, expectation.inbox)

    @property
    def keyed(self) -> bool:
        """Whether only messages with an address of `key` can be of interest."""
        return self.key is not None and self._ends is None

    def see(self, seen: Seen) -> None:
        """Look at an arrival."""
        with self._lock:
            try:
                news = self._looks_like_it(seen)
            except MailcatchError as error:  # a pattern that is too slow, a database that fails: its own affair
                self._error, news = error, True
        if news:
            self._ring()

    def _looks_like_it(self, seen: Seen) -> bool:
        if self._error is not None:
            return False
        news = self._matches(seen.candidate)
        if news:
            self.progress.add(seen.summary, time.monotonic())
        if self._ends is not None and self._ends(seen.candidate):
            self.progress.sentinel = news = True
        return news

    def begin(self, there: list[Summary], *, sentinel: bool) -> None:
        """Take what was there before; arrivals may have been seen meanwhile, and come after it."""
        with self._lock:
            self.progress.matched[:0] = there
            self.progress.sentinel |= sentinel

    def end(self) -> None:
        """End it: its inbox is gone."""
        with self._lock:
            self.progress.deleted = True
        self._ring()

    def verdict(self) -> tuple[Verdict, float]:
        """Return what is decided now, and in how many seconds to ask again unless it rings.

        Raises what looking at an arrival raised: QueryError for a pattern that is too slow, Overloaded, StoreError.
        """
        now = time.monotonic()
        with self._lock:
            if self._error is not None:
                raise self._error
            return self.progress.verdict(now), max(0.0, self.progress.next_look(now) - now)


class Waiting:
    """All who wait. Made with a store and its bus; without anybody who waits its thread hears nothing of the log."""

    def __init__(self, store: Reader, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._lock = threading.Lock()
        self._occupied = threading.Condition(self._lock)
        self._waiters: set[Waiter] = set()
        self._by_key: dict[str, set[Waiter]] = {}
        self._others: set[Waiter] = set()
        self._seen_up_to = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextlib.contextmanager
    def waiting(self, expectation: Expectation, ring: Callable[[], None]) -> Iterator[Waiter]:
        """Wait for the length of a block. Raises NotFound for an unknown inbox, Overloaded, StoreError."""
        waiter = Waiter(expectation, ring)
        seq = self._register(waiter)
        try:
            sentinel = expectation.until
            waiter.begin(
                self._there(expectation, expectation.query, seq, expectation.enough),
                sentinel=sentinel is not None and bool(self._there(expectation, sentinel, seq, 1)),
            )
            yield waiter
        finally:
            self._forget(waiter)

    def close(self) -> None:
        """End the thread; the bus must be closed, for it waits there."""
        with self._lock:
            self._closed = True
            self._occupied.notify()

    def _register(self, waiter: Waiter) -> int:
        """Take a waiter in; return the seq after which it is shown arrivals."""
        with self._lock:
            if not self._waiters:
                self._seen_up_to = self._store.cursor().seq
            waiter.inbox = self._number(waiter.progress.expectation.inbox)  # after: what goes later wakes the thread
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="matcher", daemon=True)
                self._thread.start()
            self._waiters.add(waiter)
            self._place_of(waiter).add(waiter)
            self._occupied.notify()
            return self._seen_up_to

    def _forget(self, waiter: Waiter) -> None:
        with self._lock:
            self._waiters.discard(waiter)
            place = self._place_of(waiter)
            place.discard(waiter)
            if waiter.keyed and not place:
                del self._by_key[waiter.key or ""]

    def _place_of(self, waiter: Waiter) -> set[Waiter]:
        return self._by_key.setdefault(waiter.key or "", set()) if waiter.keyed else self._others

    def _there(self, expectation: Expectation, query: Query, seq: int, enough: int) -> list[Summary]:
        """Return matches between the expectation's beginning and `seq`, oldest first: as many as can matter."""
        if expectation.since >= seq and expectation.inbox is None:
            return []
        newest = expectation.pick == "newest"
        found: list[Summary] = []
        before, after = seq + 1, expectation.since
        while len(found) < enough:
            page = self._store.found(
                query,
                limit=min(enough, _PAGE),
                before=before,
                after=after,
                order="desc" if newest else "asc",
                inbox=expectation.inbox,
            )
            found += page
            if len(page) < min(enough, _PAGE):
                break
            before, after = (page[-1].seq, after) if newest else (before, page[-1].seq)
        return found[::-1] if newest else found

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._waiters and not self._closed:
                    self._occupied.wait()
                if self._closed or self._bus.closed:
                    return
                position = self._seen_up_to
            if self._bus.wait(position, 60.0) > position:
                try:
                    self._look(position)
                except MailcatchError as error:
                    log.warning("arrivals could not be looked at: %s", error)
                    self._pause()

    def _look(self, position: int) -> None:
        self._end_homeless()
        found = self._store.arrivals(position, _PAGE)
        with self._lock:
            if self._seen_up_to != position:
                return  # nobody waited for a moment, and somebody new began elsewhere
            self._seen_up_to = max(position, found.seq)
            shown = [(seen, waiter) for seen in found.seen for waiter in self._interested(seen)]
        for seen, waiter in shown:
            waiter.see(seen)

    def _number(self, inbox: str | None) -> int | None:
        return None if inbox is None else self._store.inbox_number(inbox)

    def _end_homeless(self) -> None:
        """End those whose inbox is gone: it was deleted, its time was over, or others needed its place."""
        with self._lock:
            ended = [each for each in self._waiters if each.inbox != self._number(each.progress.expectation.inbox)]
        for waiter in ended:
            waiter.end()

    def _interested(self, seen: Seen) -> list[Waiter]:
        keys = {key for key, _, _ in seen.candidate.addresses} if self._by_key else set()
        return [*self._others, *[waiter for key in keys for waiter in self._by_key.get(key, ())]]

    def _pause(self) -> None:
        with self._lock:
            self._occupied.wait_for(lambda: self._closed, _FAILED)


def _key_of(query: Query) -> str | None:
    """Return an address that every match has, or None: then every arrival must be looked at."""
    match query:
        case And(terms):
            return next((key for key in map(_key_of, terms) if key is not None), None)
        case Term(field, "eq", value) if field in ROLES:
            return str(value)
        case _:
            return None
