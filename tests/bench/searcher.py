"""A client that searches without a pause: `python -m tests.bench.searcher HOST PORT`, until its standard input closes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.letters import COMMON
from tests.support.http import Http


def search(address: tuple[str, int]) -> int:
    """Search until standard input closes; give how often."""
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    count = 0
    with Http(address) as http:
        while not over.is_set():
            assert http.get(f"/v1/messages?q={COMMON}").status == 200
            count += 1
    return count


@contextmanager
def searching(address: tuple[str, int]) -> Iterator[list[int]]:
    """Search in a process of its own for the length of a block; the list then holds how often."""
    command = [sys.executable, "-m", "tests.bench.searcher", address[0], str(address[1])]
    count: list[int] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield count
        count.append(int(process.communicate()[0]))


if __name__ == "__main__":
    print(search((sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - told to whoever started it
