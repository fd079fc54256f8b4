"""A root in use: its entry point in network, process and mount namespaces of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from tests.image.root import Root


class Container:
    """One run of a root's entry point."""

    def __init__(self, root: Root, entry: Sequence[str]) -> None:
        self._root = root
        self._entry = entry
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        self._outer: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        words = self._root.command(self._entry)
        words[1:1] = ["--net"]
        words[words.index("-c") + 1] = "ip link set lo up && " + words[words.index("-c") + 1]
        self._outer = subprocess.Popen(words, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *raised: object) -> None:
        self._outer.kill()  # unshare --kill-child takes the namespace along
        self._outer.wait()
        self._log.close()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._outer.poll() is None

    @property
    def init(self) -> int | None:
        """The process id, seen from here, of the entry point: process 1 of its namespace."""
        outer = self._outer.pid
        children = Path(f"/proc/{outer}/task/{outer}/children").read_text("ascii").split() if self.alive else []
        return int(children[0]) if children else None

    def execute(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command beside the entry point, as `docker exec` does."""
        enter = ["nsenter", f"--target={self.init}", "--mount", "--net", "--pid"]
        variables = [f"{name}={value}" for name, value in {"HOME": self._root.home, **self._root.env}.items()]
        chroot = ["chroot", f"--userspec={self._root.user}", str(self._root.path), "/usr/bin/env", "-i", *variables]
        return subprocess.run([*enter, *chroot, *words], capture_output=True, text=True, check=False, timeout=30)

    def user(self) -> int:
        """Give the user id that the entry point runs as."""
        return Path(f"/proc/{self.init}").stat().st_uid

    def within(self, seconds: float, condition: Callable[[], bool]) -> bool:
        """Ask again until a condition holds or the time is over: an engine, too, can only ask its health check."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or not self.alive:
                return False
        return True

    def stop(self, number: signal.Signals, seconds: float) -> int:
        """Send process 1 a signal and give the exit code, or -1 when it did not end in time."""
        if self.init is not None:
            os.kill(self.init, number)
        return self.wait(seconds)

    def wait(self, seconds: float) -> int:
        """Give the exit code, or -1 when it did not end in time."""
        try:
            return self._outer.wait(seconds)
        except subprocess.TimeoutExpired:
            return -1

    def output(self) -> str:
        """Give all that it wrote."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")
