"""The store on SQLite, whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import ConfigError
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message


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
