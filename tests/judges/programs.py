"""Running other people's mail programs with a home of their own, and reading what they have fetched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PATIENCE = 60.0
"""Seconds for one program to end, or to show what it must."""


def run(*words: str | Path, home: Path, user: str | None = None) -> str:
    """Run a program with a home of its own, perhaps as another user; give what it said."""
    result = subprocess.run(
        words,
        cwd=home,
        env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
        user=user,
        group="nogroup" if user else None,
    )
    said = result.stdout.decode("utf-8", "replace")
    assert result.returncode == 0, said[-3000:]
    return said


def bodies(folder: Path) -> list[bytes]:
    """Give the mails of a Maildir with line ends of the wire, sorted."""
    files = [path for name in ("cur", "new") for path in (folder / name).iterdir()]
    return sorted(wire(path.read_bytes()) for path in files)


def wire(raw: bytes) -> bytes:
    """Give a mail with CRLF."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def without_added(raw: bytes) -> bytes:
    """Give a mail without what a fetching program puts above it."""
    added = (b"received:", b"return-path:", b"delivered-to:", b"x-getmail", b"x-tuid:", b"x-offlineimap", b"status:")
    lines, keep = [], True
    head, _, body = (b"\r\n" + raw).partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        keep = keep if line[:1] in b" \t" and line else not line.lower().startswith(added)
        lines += [line] if keep else []
    return b"\r\n".join(lines).strip() + b"\r\n\r\n" + body.strip()


def at(address: tuple[str, int]) -> str:
    """Spell host and port."""
    return f"{address[0]}:{address[1]}"
