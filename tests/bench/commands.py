"""How long a client command takes to begin, over what `import click` alone takes, in turns within one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.report import Row
from tests.support.sink import sink

RUNS = 15
PYTHON = [sys.executable, "-c", "pass"]
CLICK = [sys.executable, "-c", "import click"]
MAILCATCH = [sys.executable, "-m", "mailcatch"]


def measure() -> Iterator[Row]:
    """Measure the commands that answer at once, against a server that runs, and the start of sendmail and of run."""
    with sink() as running:
        at = ["--url", running.url]
        commands = {
            "cursor": [*MAILCATCH, "cursor", *at],
            "ls": [*MAILCATCH, "ls", *at],
            "wait --timeout 0": [*MAILCATCH, "wait", "--timeout", "0", "--to", "bob@x.test", *at],
            "none": [*MAILCATCH, "none", "--to", "bob@x.test", *at],
            "open --print-url": [*MAILCATCH, "open", "--print-url", *at],
        }
        host, port = running.smtp
        mail = [sys.executable, "-m", "mailcatch.cli.sendmail.program", "-S", f"{host}:{port}", "bob@x.test"]
        times = medians({"python": PYTHON, "click": CLICK, "sendmail": mail, **commands})
    for name in commands:
        yield Row(f"`{name}`, over `import click`", (times[name] - times["click"]) * 1000, "ms", "≤ 150 ms", _RUNS)
    yield Row(
        "`mailcatch-sendmail`, a mail, over `python`", (times["sendmail"] - times["python"]) * 1000, "ms", "", _RUNS
    )
    times = medians({"run": [*MAILCATCH, "run", "true"]})
    yield Row("`mailcatch run true`, server and all", times["run"] * 1000, "ms", "", _RUNS)


_RUNS = f"median of {RUNS}"


def medians(commands: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Run the commands in turns, and give each one's median in seconds; the first round fills caches."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(RUNS + 1):
        for name, words in commands.items():
            start = time.perf_counter()
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if number:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}
