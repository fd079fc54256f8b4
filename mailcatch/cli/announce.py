"""Telling that the server is ready: lines for people, a line and a file for programs, with the real ports."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailcatch.cli.terminal import line
from mailcatch.config import Config
from mailcatch.control import Info
from mailcatch.errors import ConfigError
from mailcatch.model import Listener


@contextmanager
def announced(info: Info, config: Config) -> Iterator[None]:
    """Say that all is ready, until the block ends; then the ready file goes. Raises ConfigError if it can't be made."""
    process = config.process
    ready = json.dumps(ready_object(info, config.http.webroot))
    if process.ready_file is not None:
        write_atomically(process.ready_file, ready + "\n")
    try:
        if process.json:
            _print(ready)
        elif not process.quiet:
            _print("\n".join(lines(info, config.http.webroot)))
        if process.open and info.http:
            _open_browser(url_of(info.http[0], config.http.webroot))
        yield
    finally:
        if process.ready_file is not None:
            _remove(process.ready_file)


def ready_object(info: Info, webroot: str) -> dict[str, object]:
    """Return what `--json` and `--ready-file` tell."""

    def ports(listeners: tuple[Listener, ...]) -> list[dict[str, object]]:
        return [{"host": each.host, "port": each.port, "tls": each.tls} for each in listeners]

    return {
        "event": "ready",
        "version": info.version,
        "pid": os.getpid(),
        "database": info.database,
        "smtp": ports(info.smtp),
        "http": [{"url": url_of(each, webroot)} for each in info.http],
        "pop3": ports(info.pop3),
        "imap": ports(info.imap),
    }


def url_of(listener: Listener, webroot: str) -> str:
    """Return the URL of a web listener, as it is bound."""
    return f"http://{listener}{webroot}"


def lines(info: Info, webroot: str) -> Iterator[str]:
    """Yield a line for each door that is open, and one for the database."""
    if info.smtp:
        yield f"SMTP      {', '.join(map(_port, info.smtp))}"
    if info.http:
        yield f"Web       {', '.join(url_of(each, webroot) for each in info.http)}"
    if info.pop3:
        yield f"POP3      {', '.join(map(_port, info.pop3))}"
    if info.imap:
        yield f"IMAP      {', '.join(map(_port, info.imap))}"
    yield f"Database  {line(info.database)}" + (" (goes with the process)" if info.database == ":temp:" else "")


def _port(listener: Listener) -> str:
    return f"{listener}{_PROTECTED[listener.tls]}"


_PROTECTED = {"none": "", "starttls": " (STARTTLS)", "implicit": " (TLS)"}


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all. Raises ConfigError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise ConfigError(f"--ready-file: {path} cannot be written: {error.strerror}; name another") from error


def _remove(path: Path) -> None:
    """Remove the file, unless another process has written it since."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        if json.loads(path.read_text("utf-8"))["pid"] == os.getpid():
            path.unlink()


def _print(text: str) -> None:
    """Write to stdout at once; nobody reading it is no reason to stop."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _open_browser(url: str) -> None:
    """Open the inbox, in a thread: some browsers keep their caller waiting."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()
