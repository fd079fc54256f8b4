"""A small pool of read-only connections, and the clock that stops a query."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mailcatch.errors import Overloaded, StoreError

READERS = 8
QUERY_SECONDS = 2.0
"""How long one query may run."""

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

    def read(self, seconds: float = QUERY_SECONDS) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection that sees of every acknowledged message all there is; otherwise as `read_kept`."""
        self._settle()
        return self.read_kept(seconds)

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
        self.connection.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS)

    @contextmanager
    def running(self, seconds: float) -> Iterator[sqlite3.Connection]:
        self._deadline = time.monotonic() + seconds
        try:
            self.connection.execute("BEGIN")
            yield self.connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise Overloaded(f"the query took longer than {seconds:.0f} s") from error
            raise StoreError(f"the database cannot be read: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"the database cannot be read: {error}") from error
        finally:
            self._deadline = float("inf")
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
