"""The store on SQLite, whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import ConfigError, Overloaded, StoreError
from mailcatch.store.api import Selection
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.support.needs import missing, root


def test_a_second_opener_is_refused_and_harms_nothing(tmp_path: Path):
    """The first goes on."""
    store = open_store(tmp_path / "mail.db", Bus())
    with pytest.raises(ConfigError, match="in use"):
        open_store(tmp_path / "mail.db", Bus())
    added(store.add(message()))
    store.close()


def test_clear_empties_it(tmp_path: Path):
    """And it is a new database to cursors."""
    store = open_store(tmp_path / "mail.db", Bus())
    added(store.add(message()))
    epoch = store.epoch
    store.close()
    store = open_store(tmp_path / "mail.db", Bus(), clear=True)
    assert (store.messages().total, store.epoch == epoch) == (0, False)
    store.close()


def test_the_bus_hears_of_every_commit(tmp_path: Path):
    """Also of what was there when it was opened."""
    store = open_store(tmp_path / "mail.db", Bus())
    added(store.add(message()))
    store.close()
    bus = Bus()
    store = open_store(tmp_path / "mail.db", bus)
    assert bus.seq == store.cursor().seq
    seq = store.add(message()).result(10).seq
    assert bus.wait(seq - 1, 5) == seq
    store.close()


def test_nothing_stays_beside_a_closed_database(tmp_path: Path):
    """No reserve, no lock, no log: one file that can be copied."""
    store = open_store(tmp_path / "mail.db", Bus())
    added(store.add(message()))
    store.close()
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mail.db"]


@pytest.fixture(params=[2, 80], ids="{} MB".format)
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Mount a small file system: one on which each commit is whole, one on which derived rows may come later."""
    root()
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(disk)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        missing("a tmpfs cannot be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("asks", [True, False], ids=["who asks for room", "who does not"])
def test_a_full_disk(small_disk: Path, asks: bool):
    """What was stored stays, is read and deleted; what was not was refused; then there is room again (G6)."""
    store = open_store(small_disk / "mail.db", Bus())
    ids, refused = [], 0
    while refused < 3 and len(ids) < 20_000:
        try:
            if asks:
                store.check_room(8_000)
            ids.append(added(store.add(message(body="x" * 8_000))))
        except Overloaded:
            refused += 1
    assert len(ids) > 10 and refused == 3
    assert (small_disk / "mail.db.reserve").exists() is asks
    assert [summary.id for summary in store.messages(limit=20_000, order="asc").messages] == ids
    assert all(len(store.raw(id)) > 8_000 for id in ids)
    assert store.delete(Selection(ids=tuple(ids[5:]))).result(10).count == len(ids) - 5
    deadline = time.monotonic() + 10
    while not (store.health().ok and (small_disk / "mail.db.reserve").exists()):
        assert time.monotonic() < deadline, f"no room again: {store.health()}"
    store.check_room(8_000)
    ids[5:] = [added(store.add(message(body="x" * 8_000)))]
    store.close()
    store = open_store(small_disk / "mail.db", Bus())
    assert [summary.id for summary in store.messages(order="asc").messages] == ids
    store.close()


def test_three_failures_in_a_row_are_no_accident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that breaks while it is used: every write fails, and health says so until one succeeds (G6)."""
    store = open_store(tmp_path / "mail.db", Bus())
    broken = sqlite3.DatabaseError("database disk image is malformed")
    broken.sqlite_errorname = "SQLITE_CORRUPT"

    def breaks(*_: object) -> None:
        raise broken

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr("mailcatch.store.transaction.Transaction.add", breaks)
        for expected in (True, True, False):
            with pytest.raises(StoreError):
                store.add(message()).result(10)
            assert store.health().ok is expected
    added(store.add(message()))
    assert store.health().ok
    store.close()


def test_a_page_never_claims_to_be_newer_than_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Mail that comes just as a page is read: whoever follows from Page.seq misses none of it (G9)."""
    store = open_store(tmp_path / "mail.db", Bus())
    first = store.add(message("first")).result(10)
    lend = store._readers.read

    @contextmanager
    def disturbed() -> Iterator[sqlite3.Connection]:
        with lend() as connection:
            connection.execute("SELECT count(*) FROM messages").fetchone()  # what is read from now on is as of now
            store.add(message("second")).result(10)
            yield connection

    for read in (store.messages, lambda: store.positions(None, 0, 10), lambda: store.messages(inbox="default")):
        with monkeypatch.context() as disturbance:
            disturbance.setattr(store._readers, "read", disturbed)
            page = read()
        assert page.seq == page.messages[0].seq
    assert page.messages[-1].seq == first.seq
    store.close()


def test_reading_a_closed_store_fails_at_once(tmp_path: Path):
    """A door that is a little late is told, and does not hang."""
    store = open_store(tmp_path / "mail.db", Bus())
    store.close()
    for read in (store.counts, store.messages, lambda: store.events(0)):
        with pytest.raises(StoreError):
            read()


_CHILD = """
import sys
from pathlib import Path
from mailcatch.bus import Bus
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import message
store = open_store(Path(sys.argv[1]), Bus())
while True:
    futures = [store.add(message()) for _ in range(10)]
    for future in futures:
        print(future.result().id, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path):
    """Three times over one file (G5); thirty cycles over SMTP are in tests/e2e."""
    path, acknowledged = tmp_path / "mail.db", set()
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for line in child.stdout:
            acknowledged.add(line.strip())
            if len(acknowledged) % 100 == 0:
                break
        child.send_signal(signal.SIGKILL)
        acknowledged |= {line.strip() for line in child.stdout.read().splitlines() if len(line.strip()) == 26}
        child.wait(10)
    store = open_store(path, Bus())
    assert acknowledged <= {event.id for event in store.events(0, 100_000).events}
    assert store.messages().total >= len(acknowledged)
    store.close()
