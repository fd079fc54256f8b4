"""The one thread that writes: group commit.

It takes the first operation, drains what has queued meanwhile, and commits all in one transaction; then it notifies the
bus and resolves the futures. There is no timer: the time of the fsync *is* the window in which a batch gathers.
Why it is built this way, and what broke before: DESIGN.md.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from mailcatch.errors import MailcatchError, Overloaded, StoreError
from mailcatch.store.graves import Grave
from mailcatch.store.log import forget_old_events
from mailcatch.store.sessions import forget_old_sessions
from mailcatch.store.tally import State
from mailcatch.store.transaction import Behind, Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH_OPERATIONS = 256
BATCH_BYTES = 32 << 20
QUEUE_BYTES = 256 << 20
"""How many bytes of mail may wait for the writer before senders are told to come back later."""

BEHIND = 512
"""Of how many messages the derived rows may wait for a quiet moment …"""

BEHIND_BYTES = 4 << 20
"""… and of how many bytes of mail, where the disk has room for that."""

AT_ONCE = 64
"""Of how many messages they are written in one transaction: some ten milliseconds in which senders wait."""

SETTLE_SECONDS = 5.0
"""How long a reader waits for them."""

LAZY_SECONDS = 0.2
"""How long an operation that does not hurry waits for company."""

IDLE_SECONDS = 0.05
"""How long nothing must come before the writer uses the time to tidy up."""

VACUUM_SECONDS = 0.02
"""How long giving back freed pages may hold the next message up."""

_VACUUM_PAGES = range(16, 4096)  # in one step: a page costs 20 µs, but ten times that among many free ones
# What the file or the disk is to blame for: no other operation would have fared better.
_OF_THE_FILE = tuple(
    f"SQLITE_{name}" for name in ("FULL", "IOERR", "CORRUPT", "NOTADB", "READONLY", "CANTOPEN", "BUSY", "PROTOCOL")
)


@dataclass(slots=True, eq=False)
class Operation:
    """One write: what to do, who waits for it, its weight in bytes."""

    run: Callable[[Transaction], Any]
    size: int = 0
    lazy: bool = False
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Owns the writing connection; submit() may be called from any thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        state: State,
        *,
        committed: Callable[[State], None],
        full: Callable[[], None],
        quiet: Callable[[], None],
        failed: Callable[[BaseException], None],
        buried: Callable[[Sequence[Grave]], None] = lambda _: None,
        behind_bytes: int = BEHIND_BYTES,
    ) -> None:
        self._connection = connection
        self._state = state
        self._committed = committed
        self._full = full
        self._quiet = quiet
        self._failed = failed
        self._buried = buried
        self._queue: deque[Operation] = deque()
        self._unhurried: deque[Operation] = deque()
        self._bytes = 0
        self._news = threading.Condition()
        self._asleep: float | None = None  # for how many seconds at most, if it sleeps
        self._closing = False
        self._dirty = False
        self._pages = 256
        self._lazy_since: float | None = None
        self._behind_bytes = behind_bytes
        self._behind = Behind()
        self._settling: Future[None] | None = None
        self.failures = 0
        self.dead = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to take operations."""
        self._thread.start()

    @property
    def waiting_bytes(self) -> int:
        """How many bytes of mail wait to be written."""
        return self._bytes

    def submit(self, run: Callable[[Transaction], T], size: int = 0, *, lazy: bool = False) -> Future[T]:
        """Queue an operation. Raises Overloaded (too much waits already) or StoreError (closed or failed)."""
        operation = Operation(run, size, lazy)
        with self._news:
            if self._closing or self.dead:
                raise StoreError("the database is closed" if self._closing else "the database has failed")
            if self._bytes + size > QUEUE_BYTES and self._bytes:
                raise Overloaded("too much mail waits to be written; try again")
            self._bytes += size
            (self._unhurried if lazy else self._queue).append(operation)
            if lazy and self._lazy_since is None:
                self._lazy_since = time.monotonic()
            if self._asleep is not None and (not lazy or self._asleep > LAZY_SECONDS):
                self._news.notify()
        return operation.future

    def check_room(self, size: int) -> None:
        """Raise Overloaded if `size` bytes more should not be queued now."""
        if self._bytes + size > QUEUE_BYTES and self._bytes:
            raise Overloaded("too much mail waits to be written; try again")

    def settle(self) -> None:
        """Return when nothing is left behind of the commits before; if that fails, too: reading goes on without it."""
        if not self._behind:
            return
        settling = self._settling
        try:
            # One that runs already may have begun before the commit that we are about: the bus tells of that first.
            if settling is None or settling.running() or settling.done():
                self._settling = settling = self.submit(Transaction.catch_up)
            settling.result(SETTLE_SECONDS)
        except (MailcatchError, TimeoutError) as error:
            log.warning("what is derived from the newest mail is not there yet: %s", error)

    def hurry(self) -> None:
        """Return when the operations that did not hurry until now are written; if that fails, too."""
        try:
            last = self.submit(lambda _: None, lazy=True)
            with self._news:
                self._lazy_since = -inf
                self._news.notify()
            last.result(SETTLE_SECONDS)
        except (MailcatchError, TimeoutError) as error:
            log.warning("the newest sessions are not there yet: %s", error)

    def close(self) -> None:
        """Write what is queued, checkpoint, and end the thread."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        batch: list[Operation] = []
        try:
            while batch := self._take():
                self._write(batch)
                while self._too_far_behind() and self._catch_up_some():
                    pass
            while self._behind and self._catch_up_some():
                pass
            self._checkpoint("TRUNCATE")
        except BaseException as error:
            self.dead = True
            log.critical("the writer of the database died", exc_info=True)
            self._abandon(batch)
            self._failed(error)

    def _take(self) -> list[Operation]:
        """Return the next batch, empty when the store closes; tidies up while nothing comes."""
        while True:
            with self._news:
                batch = self._wait()
                ending = self._closing and not batch
            # Operations that do not hurry have nobody waiting either: refused senders that never stop trying leave no
            # other quiet moment, and it is they who wait for a full disk to get room.
            if self._dirty and not self._closing and all(operation.lazy for operation in batch):
                self._tidy()
            if batch or ending:
                return batch

    def _wait(self) -> list[Operation]:
        """Return what is due, with it all that has queued up to the bounds of a batch; nothing if it was quiet."""
        while not self._due():
            patience = self._patience()
            self._asleep = inf if patience is None else patience
            try:
                came = self._news.wait(patience)
            finally:
                self._asleep = None
            if not came and self._dirty and not self._queue and not self._unhurried:
                break
        batch: list[Operation] = []
        size = 0
        while self._queue and len(batch) < BATCH_OPERATIONS and size < BATCH_BYTES:
            batch.append(self._queue.popleft())
            size += batch[-1].size
        self._bytes -= size
        if self._closing or self._lazy_due():
            while self._unhurried and len(batch) < BATCH_OPERATIONS:
                batch.append(self._unhurried.popleft())
            if not self._unhurried:
                self._lazy_since = None
        return batch

    def _too_far_behind(self) -> bool:
        return len(self._behind) >= BEHIND or self._behind.size > self._behind_bytes

    def _catch_up_some(self) -> bool:
        """Write the oldest of what was left behind, in a transaction of its own; False if that failed."""
        before = len(self._behind)
        self._write([Operation(lambda transaction: transaction.catch_up_some(AT_ONCE))])
        return len(self._behind) < before

    def _catch_up_each(self) -> None:
        """Write it one by one, so that what cannot be written is left out, and nothing else."""
        behind, self._behind = self._behind, Behind()
        for work in behind.oldest(0):
            try:
                self._commit([Operation(work.run)])
            except Exception:
                log.exception("what is derived from a message could not be written")

    def _tidy(self) -> None:
        """Use a quiet moment: write what was left, give freed pages back a step at a time, empty SQLite's log."""
        while self._behind and self._catch_up_some():
            if self._queue:
                return
        try:
            if free := self._free_pages():
                self._give_back()
                free = self._free_pages()
        except sqlite3.Error as error:
            log.warning("freed space could not be given back: %s", error)
            free = 0
        self._checkpoint("PASSIVE")
        self._dirty = free > 0
        if not free:
            _tell(self._quiet)

    def _free_pages(self) -> int:
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return int(free)

    def _give_back(self) -> None:
        pages, start = self._pages, time.monotonic()
        # execute() would take one step of it only, which frees one page.
        self._connection.executescript(f"PRAGMA incremental_vacuum({pages})")
        pace = VACUUM_SECONDS / max(time.monotonic() - start, VACUUM_SECONDS / 4)
        self._pages = min(max(int(pages * pace), _VACUUM_PAGES.start), _VACUUM_PAGES.stop)

    def _due(self) -> bool:
        """Tell whether there is something to do now: what hurries, what waited enough, or the end."""
        return self._closing or bool(self._queue) or self._lazy_due()

    def _lazy_due(self) -> bool:
        return self._lazy_since is not None and time.monotonic() - self._lazy_since >= LAZY_SECONDS

    def _patience(self) -> float | None:
        if self._lazy_since is not None:
            return max(0.0, self._lazy_since + LAZY_SECONDS - time.monotonic())
        return IDLE_SECONDS if self._dirty else None

    def _write(self, batch: list[Operation]) -> None:
        # An operation whose waiter has gone is dropped here: afterwards its future can no longer be cancelled,
        # so that resolving it cannot raise and kill this thread.
        batch = [operation for operation in batch if operation.future.set_running_or_notify_cancel()]
        if not batch:
            return
        try:
            results = self._commit(batch)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            self._blame(batch, error)
        else:
            for operation, result in zip(batch, results, strict=True):
                operation.future.set_result(result)

    def _blame(self, batch: list[Operation], error: Exception) -> None:
        if isinstance(error, sqlite3.Error) and _name(error).startswith(_OF_THE_FILE):
            self._fail(batch, error)
            return
        if isinstance(error, sqlite3.Error) and self._behind:
            self._catch_up_each()
        self._write_each(batch, error)

    def _write_each(self, batch: list[Operation], error: Exception) -> None:
        """Find the operation that spoilt a batch: each again in a transaction of its own, so that it fails alone.

        No savepoint around each instead: the word index writes out what it gathered at every savepoint, which makes
        each message pay for a whole batch's flush.
        """
        if len(batch) == 1:
            known = isinstance(error, MailcatchError)
            if isinstance(error, Overloaded):
                self._dirty = True  # a quiet moment will find out whether there is room again
            batch[0].future.set_exception(error if known else StoreError(f"the database refused: {error}"))
            return
        for operation in batch:
            try:
                (result,) = self._commit([operation])
            except Exception as failure:  # noqa: BLE001 - as above
                self._blame([operation], failure)
            else:
                operation.future.set_result(result)

    def _commit(self, batch: list[Operation]) -> list[Any]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            state = self._state
            now = time.time_ns() // 1_000_000
            transaction = Transaction(
                connection, state.seq, now, state.tally, state.places, inboxes=state.inboxes, behind=self._behind
            )
            results = [operation.run(transaction) for operation in batch]
            if not self._behind_bytes:
                transaction.catch_up()
            if transaction.seq != self._state.seq:
                connection.execute("UPDATE counters SET value = ? WHERE name = 'seq'", (transaction.seq,))
            transaction.flush()
            forget_old_events(connection, self._state.seq, transaction.seq)
            forget_old_sessions(connection, self._state.seq, transaction.seq)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._state = State(transaction.seq, transaction.tally, transaction.places, transaction.inboxes)
        self._behind.follow(transaction)
        self._dirty = True
        self.failures = 0
        if transaction.graves:
            _tell(lambda: self._buried(transaction.graves))
        _tell(lambda: self._committed(self._state))
        return results

    def _fail(self, batch: list[Operation], error: sqlite3.Error) -> None:
        """Fail every operation of a batch whose commit failed: nothing of it is stored."""
        failure: MailcatchError
        if _name(error).startswith("SQLITE_FULL"):
            failure = Overloaded("the disk is full")
            _tell(self._full)
            self._checkpoint("PASSIVE")
            self._dirty = True  # a quiet moment will find out whether there is room again
        else:
            self.failures += 1
            failure = StoreError(f"the database failed: {error}")
            log.error("a write to the database failed: %s", error)
        for operation in batch:
            operation.future.set_exception(failure)

    def _abandon(self, batch: list[Operation]) -> None:
        """Fail what will not be written any more. Not by cancelling: to asyncio that means its own task was ended."""
        with self._news:
            left = [*batch, *self._queue, *self._unhurried]
            self._queue.clear()
            self._unhurried.clear()
        for operation in left:
            future = operation.future
            if not future.done() and (future.running() or future.set_running_or_notify_cancel()):
                future.set_exception(StoreError("the database has failed"))

    def _checkpoint(self, mode: str) -> None:
        """Bring the log of SQLite into the file; only this connection ever does, as two at once can corrupt it."""
        try:
            _, _, _ = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        except sqlite3.Error as error:
            log.warning("a checkpoint failed: %s", error)
        self._dirty = False


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "")  # those that sqlite3 itself makes up have none


def _tell(hear: Callable[[], None]) -> None:
    """Tell somebody; what goes wrong there is no reason to call mail lost that is stored."""
    try:
        hear()
    except Exception:
        log.exception("who follows the writer failed")
