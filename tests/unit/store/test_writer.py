"""The one thread that writes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.errors import Overloaded, StoreError
from mailcatch.store import writer as module
from mailcatch.store.files import open_writer
from mailcatch.store.tally import read_state
from mailcatch.store.transaction import Later, Transaction
from mailcatch.store.writer import Writer


class Harness:
    """A writer on a real file, and what it told."""

    def __init__(self, path: Path) -> None:
        self.connection = open_writer(path)
        self.commits: list[int] = []
        self.full = threading.Event()
        self.failed = threading.Event()
        self.quiet = threading.Event()
        self.writer = Writer(
            self.connection,
            read_state(self.connection),
            quiet=self.quiet.set,
            committed=lambda state: self.commits.append(state.seq),
            full=self.full.set,
            failed=lambda error: self.failed.set(),
        )


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = Harness(tmp_path / "mail.db")
    yield made
    made.writer.close()


def event(transaction: Transaction) -> int:
    return transaction.event("removed", "x")


def test_what_has_queued_is_one_commit(harness: Harness):
    """The first operation does not wait for company, the rest is drained at once."""
    futures = [harness.writer.submit(event) for _ in range(50)]
    harness.writer.start()
    assert [future.result(5) for future in futures] == list(range(1, 51))
    assert harness.commits == [50]


def test_lazy_operations_wait_for_each_other_but_not_for_ever(harness: Harness):
    """Others go before it, and it goes with others of its kind after a moment."""
    lazy = [harness.writer.submit(event, lazy=True) for _ in range(2)]
    eager = harness.writer.submit(event)
    harness.writer.start()
    assert (eager.result(5), [each.result(5) for each in lazy]) == (1, [2, 3])
    assert harness.commits == [1, 3]


def test_lazy_operations_hurry_when_somebody_waits(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """Whoever reads what they write need not wait for their moment; a writer that is dead is waited for by nobody."""
    monkeypatch.setattr(module, "LAZY_SECONDS", 3600.0)
    harness.writer.start()
    lazy = harness.writer.submit(event, lazy=True)
    harness.writer.hurry()
    assert lazy.done()
    harness.writer.hurry()
    harness.writer.close()
    harness.writer.hurry()


def test_the_queue_is_bounded_by_bytes(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """Beyond it senders are told to come again; what was taken is written."""
    monkeypatch.setattr(module, "QUEUE_BYTES", 100)
    taken = harness.writer.submit(event, 90)
    with pytest.raises(Overloaded):
        harness.writer.submit(event, 20)
    with pytest.raises(Overloaded):
        harness.writer.check_room(20)
    harness.writer.start()
    assert taken.result(5) == 1
    assert harness.writer.submit(event, 20).result(5) == 2


def test_cancelled_futures_do_not_kill_it(harness: Harness):
    """Nobody waits for them: they are dropped."""
    futures = [harness.writer.submit(event) for _ in range(10)]
    for future in futures[1:]:
        future.cancel()
    harness.writer.start()
    assert futures[0].result(5) == 1
    assert harness.writer.submit(event).result(5) == 2


def test_an_operation_that_fails_fails_alone(harness: Harness):
    """Its neighbours are written, nothing of it is."""

    def bad(transaction: Transaction) -> None:
        event(transaction)
        transaction.execute("INSERT INTO meta VALUES ('half', 'done')")
        raise ValueError("no")

    futures = [harness.writer.submit(run) for run in (event, bad, event)]
    harness.writer.start()
    assert (futures[0].result(5), futures[2].result(5)) == (1, 2)
    with pytest.raises(StoreError, match="refused: no"):
        futures[1].result(5)
    assert harness.connection.execute("SELECT count(*) FROM meta WHERE name = 'half'").fetchone() == (0,)


def failing(name: str):
    def run(transaction: Transaction) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = name
        raise error

    return run


def test_a_full_disk_fails_the_batch_and_says_so(harness: Harness):
    """Nothing of it is stored; the error is made up, a real disk is filled in tests/e2e."""
    futures = [harness.writer.submit(event), harness.writer.submit(failing("SQLITE_FULL"))]
    harness.writer.start()
    for future in futures:
        with pytest.raises(Overloaded):
            future.result(5)
    assert harness.full.is_set()
    assert harness.writer.failures == 0
    assert harness.writer.submit(event).result(5) == 1


def test_io_errors_are_counted_until_one_succeeds(harness: Harness):
    """Three in a row are no accident."""
    harness.writer.start()
    for _ in range(3):
        with pytest.raises(StoreError):
            harness.writer.submit(failing("SQLITE_IOERR")).result(5)
    assert harness.writer.failures == 3
    harness.writer.submit(event).result(5)
    assert harness.writer.failures == 0


@pytest.mark.parametrize("name", ["SQLITE_CORRUPT_VTAB", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_CANTOPEN"])
def test_a_broken_file_is_no_operations_fault(harness: Harness, name: str):
    """The whole batch is failed at once, not tried again one by one, and it counts against the health."""
    tried = []

    def run(transaction: Transaction) -> None:
        tried.append(1)
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorname = name
        raise error

    futures = [harness.writer.submit(run) for _ in range(5)]
    harness.writer.start()
    assert all(isinstance(future.exception(5), StoreError) for future in futures)
    assert (len(tried), harness.writer.failures) == (1, 1)


def test_what_is_stored_is_not_called_lost(harness: Harness):
    """Whoever hears of a commit and fails does not make the commit fail."""

    def committed(state: object) -> None:
        raise RuntimeError("a follower of ours is broken")

    harness.writer._committed = committed
    harness.writer.start()
    assert [harness.writer.submit(event).result(5) for _ in range(2)] == [1, 2]


def test_a_quiet_moment_tidies_up(harness: Harness):
    """SQLite's log is brought into the file, freed pages are given back, and then others may use the moment."""
    harness.connection.execute("CREATE TABLE filler (x)")
    harness.connection.execute("INSERT INTO filler VALUES (zeroblob(20000000))")
    harness.connection.execute("DROP TABLE filler")
    harness.writer.start()
    harness.writer.submit(event).result(5)
    assert harness.quiet.wait(10)
    harness.writer.close()
    assert harness.connection.execute("PRAGMA freelist_count").fetchone() == (0,)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_its_death_fails_what_waits_and_ends_the_process(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """No sender hangs, whether its operation was being written or still queued, and app is told."""
    monkeypatch.setattr(module, "BATCH_OPERATIONS", 2)

    def fatal(transaction: Transaction) -> None:
        raise SystemExit

    futures = [harness.writer.submit(run) for run in (fatal, event, event, event)]
    harness.writer.start()
    assert harness.failed.wait(5)
    for future in futures:
        assert isinstance(future.exception(5), StoreError)  # not a cancellation: asyncio would end the waiting task
    with pytest.raises(StoreError):
        harness.writer.submit(event)


def test_closing_writes_what_is_queued(harness: Harness):
    """Lazy or not; then nothing more is taken."""
    futures = [harness.writer.submit(event, lazy=number % 2 == 0) for number in range(10)]
    harness.writer.start()
    harness.writer.close()
    assert all(future.done() for future in futures)
    with pytest.raises(StoreError, match="closed"):
        harness.writer.submit(event)


class Left:
    """Work that is left for later, and the transactions in which it was done."""

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.done: list[Transaction] = []

    def leave(self, transaction: Transaction) -> int:
        transaction.later(Later(self.done.append, self.size))
        return event(transaction)


def test_what_is_left_waits_until_too_much_has_gathered(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """Then the oldest of it is written, so much at a time that nobody waits for long."""
    monkeypatch.setattr(module, "BEHIND", 6)
    monkeypatch.setattr(module, "AT_ONCE", 4)
    monkeypatch.setattr(module, "IDLE_SECONDS", 60.0)
    left = Left()
    harness.writer.start()
    for _ in range(5):
        harness.writer.submit(left.leave).result(5)
    assert not left.done
    harness.writer.submit(left.leave).result(5)
    harness.writer.submit(event).result(5)  # after what the commit before it set off
    assert len(left.done) == 4
    assert len(set(map(id, left.done))) == 1


@pytest.mark.parametrize("size", [1, 100])
def test_what_is_left_is_bounded_by_bytes_too(harness: Harness, monkeypatch: pytest.MonkeyPatch, size: int):
    """The bytes of what waits are kept in memory."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 60.0)
    harness.writer._behind_bytes = 250
    left = Left(size)
    harness.writer.start()
    for _ in range(3):
        harness.writer.submit(left.leave).result(5)
    harness.writer.submit(event).result(5)
    assert len(left.done) == (3 if size == 100 else 0)


def test_a_quiet_moment_and_the_end_write_all_that_is_left(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """Step by step."""
    monkeypatch.setattr(module, "AT_ONCE", 2)
    left = Left()
    harness.writer.start()
    for _ in range(5):
        harness.writer.submit(left.leave).result(5)
    assert harness.quiet.wait(5)
    assert len(left.done) == 5
    monkeypatch.setattr(module, "IDLE_SECONDS", 60.0)
    harness.writer.submit(left.leave).result(5)
    harness.writer.close()
    assert len(left.done) == 6


def test_who_settles_waits_for_all_that_is_left(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    """However much that is."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 60.0)
    left = Left()
    harness.writer.start()
    for _ in range(5):
        harness.writer.submit(left.leave).result(5)
    harness.writer.settle()
    assert len(left.done) == 5


def test_a_batch_that_fails_does_what_was_left_again(harness: Harness):
    """Its rows went with the transaction; what the batch itself left goes with it."""
    left = Left()

    def fail(transaction: Transaction) -> None:
        left.leave(transaction)
        transaction.catch_up()
        raise StoreError("no")

    leaving = harness.writer.submit(left.leave)
    harness.writer.start()
    leaving.result(5)
    with pytest.raises(StoreError):
        harness.writer.submit(fail).result(5)
    harness.writer.settle()
    assert len(left.done) >= 3  # the kept one twice, the failed one's own once for nothing
    assert len(harness.writer._behind) == 0
