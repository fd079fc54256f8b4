"""A server of one's own: a child process on free ports, with a database that goes with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import IO, Any  # the server's JSON

from mailcatch.testing.errors import SinkFailed

PATIENCE = 8.0
"""Seconds in which it must have stopped, once its standard input has ended; it takes five at most by itself."""


class Child:
    """One server.

    It stops when the pipe to its standard input ends, which the death of this process does too, however it comes. It
    has a session of its own: Ctrl-C ends the tests first, which may still look at their mail.
    """

    def __init__(self, *, smtp_port: int = 0, mailboxes: bool = False) -> None:
        """Start it; with `mailboxes` its POP3 and IMAP doors are open too. Raises SinkFailed with what it said."""
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the child
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [
                sys.executable,
                "-P",
                "-m",
                "mailcatch",
                *_options(smtp_port, mailboxes),
            ],  # -P: not the project's queue.py
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=tempfile.gettempdir(),  # the mailcatch.toml of the project is for people: it may limit, relay, refuse
            env={name: value for name, value in os.environ.items() if not name.startswith("MAILCATCH_")},
            start_new_session=os.name == "posix",
        )
        try:
            ready = self._ready()
            self.pid = self._process.pid
            self.url = str(ready["http"][0]["url"])
            self.smtp_host, self.smtp_port = str(ready["smtp"][0]["host"]), int(ready["smtp"][0]["port"])
        except BaseException:
            self.stop()
            raise

    def _ready(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        try:
            ready: dict[str, Any] = json.loads(line)
        except ValueError:
            raise SinkFailed(f"mailcatch did not start:\n{self.log}") from None
        return ready

    @property
    def log(self) -> str:
        """The end of what it wrote to stderr."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 10_000))
        return self._log.read().decode("utf-8", "replace").strip()

    def stop(self) -> None:
        """Have it end, and wait for that; a second time does nothing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _options(smtp_port: int, mailboxes: bool) -> list[str]:
    mail = ["0", "0"] if mailboxes else ["off", "off"]
    return [
        *("serve", "--json", "--quiet", "--stop-with-stdin", "--no-open", "--database", ":temp:", "--no-tls"),
        *("--host", "127.0.0.1", "--smtp", str(smtp_port), "--http", "0", "--pop3", mail[0], "--imap", mail[1]),
    ]
