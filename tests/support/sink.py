"""The real process as a child: `python -m mailcatch` on free ports with a database of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit


class Sink:
    """One running mailcatch: where its doors are, and how to end it."""

    def __init__(self, *options: str, database: Path | str = ":temp:", env: dict[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mailcatch-sink-")
        self._log_path = Path(self._folder.name, "log")
        ports = ["--smtp", "0", "--http", "0", "--pop3", "0", "--imap", "0"]
        self._arguments = ["--json", *ports, "--database", str(database), *options]
        self._env = {**os.environ, **(env or {})}
        self.process: subprocess.Popen[str]
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> Self:
        with self._log_path.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailcatch", *self._arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                cwd=self._folder.name,  # no mailcatch.toml lies there
                env=self._env,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            message = f"mailcatch did not start (exit {self.process.returncode}):\n{self.log}"
            self._folder.cleanup()
            raise RuntimeError(message)
        self.ready = json.loads(line)
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()
        self._folder.cleanup()

    def stop(self, timeout: float = 15) -> int:
        """Ask it to end, and give its exit code; whoever does not end in `timeout` seconds is killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        return self.process.returncode

    @property
    def log(self) -> str:
        """What it wrote to stderr so far."""
        return self._log_path.read_text("utf-8", "replace")

    @property
    def smtp(self) -> tuple[str, int]:
        """Host and port of the first SMTP listener."""
        first = self.ready["smtp"][0]
        return first["host"], first["port"]

    @property
    def http(self) -> tuple[str, int]:
        """Host and port of the first HTTP listener."""
        parts = urlsplit(self.ready["http"][0]["url"])
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    @property
    def pop3(self) -> tuple[str, int]:
        """Host and port of the first POP3 listener."""
        first = self.ready["pop3"][0]
        return first["host"], first["port"]

    @property
    def imap(self) -> tuple[str, int]:
        """Host and port of the first IMAP listener."""
        first = self.ready["imap"][0]
        return first["host"], first["port"]

    @property
    def url(self) -> str:
        """Root of the first HTTP listener."""
        return str(self.ready["http"][0]["url"])

    def memory(self) -> int:
        """Give the resident memory in bytes (Linux: VmRSS)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024


@contextmanager
def sink(*options: str, database: Path | str = ":temp:") -> Iterator[Sink]:
    """Run one mailcatch for the length of a block."""
    with Sink(*options, database=database) as running:
        yield running


def options_of(**values: object) -> Sequence[str]:
    """Spell options for the command line: `max_messages=5` → `--max-messages 5`."""
    return [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", str(value))]
