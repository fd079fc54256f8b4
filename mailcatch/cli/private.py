"""A server for one command alone: a child on free ports, with a database that goes with it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from mailcatch.cli.errors import ServerFailed
from mailcatch.cli.server import connectable

PATIENCE = 8.0
"""Seconds in which it must have stopped, once its standard input has ended; it takes five at most by itself."""

_NOT_FOR_IT = frozenset({"MAILCATCH_URL", "MAILCATCH_READY_FILE", "MAILCATCH_CLEAR", "MAILCATCH_OPEN"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server takes mail, and where it is asked."""

    smtp_host: str
    smtp_port: int
    url: str


class PrivateServer:
    """One server for the length of a block.

    It stops when the pipe to its standard input ends, which the death of this process does too, however it comes. It
    has a session of its own: Ctrl-C is for the command, which may still want to send mail while it ends.
    """

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-m", "mailcatch", *_options()],  # -P: a queue.py of the project is not Python's
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name not in _NOT_FOR_IT},
        )
        try:
            self.address = _told(self._ready())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def _ready(self) -> dict[str, Any]:
        """Return what it says when it is ready. Raises ServerFailed when it ends instead; it has said why."""
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        with contextlib.suppress(ValueError):
            ready = json.loads(line)
            if isinstance(ready, dict):
                return ready
        raise ServerFailed("the server for the command did not start")


def _options() -> list[str]:
    """Return its options: what the environment or ./mailcatch.toml say of limits, names or tags still holds."""
    ready_file = Path(tempfile.gettempdir(), f"mailcatch-{secrets.token_hex(8)}.json")  # not a file that others watch
    return [
        *("serve", "--json", "--quiet", "--stop-with-stdin", "--no-open", "--no-clear", "--database", ":temp:"),
        *("--smtp", "0", "--http", "0", "--pop3", "off", "--imap", "off", "--no-tls", "--ready-file", str(ready_file)),
    ]


def _told(ready: dict[str, Any]) -> Address:
    url = urlsplit(str(ready["http"][0]["url"]))
    host = connectable(str(url.hostname))
    where = f"[{host}]" if ":" in host else host
    smtp = ready["smtp"][0]
    return Address(connectable(str(smtp["host"])), int(smtp["port"]), f"http://{where}:{url.port}{url.path}")
