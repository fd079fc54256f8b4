"""A small pool of read-only connections, and the clock that stops a query."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mailcatch.errors import MailcatchError, Overloaded, StoreError
from mailcatch.store.functions import Functions

READERS = 8
QUERY_SECONDS = 2.0
"""How long one query may run."""

OPENING_SECONDS = 10.0
"""How long a query may run that opens messages one by one."""

OPENING = 2
"""How many of those may run at a time: the other connections are for those who look at lists meanwhile."""

WAIT_SECONDS = 5.0
"""How long a read may wait for one of the connections."""

_STEPS = 20_000  # instructions of SQLite's machine between two looks at the clock


class Readers:
    """At most eight connections, opened when first needed; read() may be called from any thread."""

    def __init__(self, path: Path, settle: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._settle = settle
        self._free: list[_Timed] = []  # the last one used goes first: its pages are the warmest
        self._lent = 0
        self._closed = False
        self._returned = threading.Condition()
        self._opening = threading.BoundedSemaphore(OPENING)

    def read(self, seconds: float = QUERY_SECONDS) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection that sees of every acknowledged message all there is; otherwise as `read_kept`."""
        self._settle()
        return self.read_kept(seconds)

    @contextmanager
    def read_contents(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection as `read` does, for a query that opens messages: two at a time, each for 10 s."""
        if not self._opening.acquire(timeout=WAIT_SECONDS):
            raise Overloaded("too many searches that open each mail at once; try again")
        try:
            with self.read(OPENING_SECONDS) as connection:
                yield connection
        finally:
            self._opening.release()

    @contextmanager
    def read_kept(self, seconds: float = QUERY_SECONDS) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one short read transaction.

        Raises Overloaded after `seconds`, or if every connection stays busy; StoreError if the database fails or
        is closed.
        """
        timed = self._take()
        try:
            with timed.running(seconds) as connection:
                yield connection
        finally:
            self._give_back(timed)

    def close(self) -> None:
        """Close all connections, those lent when they come back; later reads fail."""
        with self._returned:
            self._closed = True
            self._returned.notify_all()
            self._returned.wait_for(lambda: not self._lent, WAIT_SECONDS)
            while self._free:
                self._free.pop().connection.close()

    def _take(self) -> _Timed:
        with self._returned:
            if not self._returned.wait_for(lambda: self._closed or self._lent < READERS, WAIT_SECONDS):
                raise Overloaded("too many reads at once; try again")
            if self._closed:
                raise StoreError("the database is closed")
            self._lent += 1
            if self._free:
                return self._free.pop()
        try:
            return _Timed(self._path)
        except sqlite3.Error as error:
            self._give_back(None)
            raise StoreError(f"the database cannot be read: {error}") from error

    def _give_back(self, timed: _Timed | None) -> None:
        with self._returned:
            self._lent -= 1
            if timed is not None and self._closed:
                timed.connection.close()
            elif timed is not None:
                self._free.append(timed)
            self._returned.notify_all() if self._closed else self._returned.notify()


class _Timed:
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=128
        )
        self.connection.execute("PRAGMA cache_size=-2000")
        self.connection.execute("PRAGMA busy_timeout=1000")
        self._deadline = float("inf")
        self.connection.set_progress_handler(self._late, _STEPS)
        self._functions = Functions(self.connection, self._check)
        self._seconds = 0.0

    def _late(self) -> bool:
        return time.monotonic() > self._deadline

    def _check(self) -> None:
        """Raise Overloaded when it is too late: SQLite asks but seldom, and not while a function of ours runs."""
        if self._late():
            raise Overloaded(_too_long(self._seconds))

    @contextmanager
    def running(self, seconds: float) -> Iterator[sqlite3.Connection]:
        self._deadline, self._seconds = time.monotonic() + seconds, seconds
        self._functions.renew()
        try:
            self.connection.execute("BEGIN")
            yield self.connection
        except sqlite3.OperationalError as error:
            if isinstance(self._functions.error, MailcatchError):
                raise self._functions.error from error
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise Overloaded(_too_long(seconds)) from error
            raise StoreError(f"the database cannot be read: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"the database cannot be read: {error}") from error
        finally:
            self._deadline = float("inf")
            self._functions.renew()
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")


def _too_long(seconds: float) -> str:
    return f"the query took longer than {seconds:.0f} s"
