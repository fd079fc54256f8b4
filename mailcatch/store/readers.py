"""A small pool of read-only connections, and the clock that stops a query."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import LifoQueue

from mailcatch.errors import Overloaded, StoreError

READERS = 8
QUERY_SECONDS = 2.0
"""How long one query may run."""

_STEPS = 20_000  # instructions of SQLite's machine between two looks at the clock


class Readers:
    """At most eight connections, opened when first needed; read() may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: LifoQueue[_Timed | None] = LifoQueue()
        for _ in range(READERS):
            self._free.put(None)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one short read transaction. Raises Overloaded after QUERY_SECONDS, StoreError."""
        timed = self._free.get() or _Timed(self._path)
        try:
            with timed.running() as connection:
                yield connection
        finally:
            self._free.put(timed)

    def close(self) -> None:
        """Close all connections; those lent are waited for."""
        for _ in range(READERS):
            timed = self._free.get()
            if timed is not None:
                timed.connection.close()


class _Timed:
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, cached_statements=128
        )
        self.connection.execute("PRAGMA cache_size=-2000")
        self.connection.execute("PRAGMA busy_timeout=1000")
        self._deadline = 0.0
        self.connection.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS)

    @contextmanager
    def running(self) -> Iterator[sqlite3.Connection]:
        self._deadline = time.monotonic() + QUERY_SECONDS
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise Overloaded(f"the query took longer than {QUERY_SECONDS:.0f} s") from error
            raise StoreError(f"the database cannot be read: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"the database cannot be read: {error}") from error
        finally:
            self._deadline = float("inf")
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
