"""A full stream of mail into a database that keeps 5,000: deleting must not stall the senders, nothing may grow."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.bench.letters import letters
from tests.bench.load import pour
from tests.bench.report import Row, percentile
from tests.support.sink import Sink, sink

KEPT = 5_000
MAILS = 100_000
WARM = 20_000
"""Mails until memory and file have their size."""


@dataclass(slots=True)
class Watch:
    """Looks at memory and file from time to time, for as long as it is entered."""

    running: Sink
    database: Path
    memory: list[int] = field(default_factory=list)
    bloat: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.memory.append(self.running.memory())
            self.bloat.append(bloat(self.database))


def bloat(database: Path) -> float:
    """Give the size of all the database's files, as a multiple of the pages that hold something."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    files = sum(path.stat().st_size for path in database.parent.glob(f"{database.name}*") if path.suffix != ".reserve")
    return float(files / (size * (pages - free)))


def measure() -> Iterator[Row]:
    """Pour mail for a minute or two."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "soak.db")
        with sink("--max-messages", str(KEPT), database=database) as running:
            pour(running.smtp, letters(WARM), connections=10)
            with Watch(running, database) as watch:
                taken = pour(running.smtp, letters(MAILS, seed=2), connections=10)
    note = f"{MAILS:,} mails, 10 connections"
    yield Row(
        f"250 under full load, keeping {KEPT:,}", percentile(taken, 0.99) * 1000, "ms", "< 100 ms", f"99 % of {note}"
    )
    yield Row("the slowest of them", max(taken) * 1000, "ms")
    yield Row("database files, largest", max(watch.bloat), "× live", "≤ 2 ×", "all files against the pages in use")
    yield Row("memory gained meanwhile", (watch.memory[-1] - watch.memory[0]) / 1e6, "MB", "< 30 MB", "RSS")
