"""What a failed run leaves behind: its mails as .eml files, and every dialogue with its transcript."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from mailcatch.cli.server import Server
from mailcatch.cli.terminal import line

MAILS, SESSIONS = "mails", "sessions"
"""The folders in which they are put."""

_AT_ONCE = 200
_OURS = re.compile(r"\d{4,}-[0-9A-Z]{26}\.(eml|txt)")


def prepare(folder: Path) -> None:
    """Make the folders, and remove what an earlier run has left in them. Raises UsageError, before anything is run."""
    try:
        for each in (folder / MAILS, folder / SESSIONS):
            each.mkdir(parents=True, exist_ok=True)
            for old in each.iterdir():
                if _OURS.fullmatch(old.name):
                    old.unlink()
    except OSError as error:
        raise click.UsageError(f"--artifacts: {error.filename} cannot be written: {error.strerror}") from error


def gather(server: Server, folder: Path) -> tuple[int, int]:
    """Write the mails and transcripts, oldest first; return how many of each. Raises OSError, and what Server does."""
    mails = sessions = 0
    for mails, message in enumerate(_messages(server), 1):
        raw = server.fetch("GET", f"/v1/messages/{message['id']}/raw")
        (folder / MAILS / f"{mails:04d}-{message['id']}.eml").write_bytes(raw)
    for sessions, each in enumerate(reversed(list(_sessions(server))), 1):
        whole = server.json("GET", f"/v1/sessions/{each['id']}")
        path = folder / SESSIONS / f"{sessions:04d}-{each['id']}.txt"
        path.write_text("".join(f"{text}\n" for text in transcript(whole)), "utf-8")
    return mails, sessions


def _messages(server: Server) -> Iterator[Mapping[str, Any]]:
    params = [("limit", str(_AT_ONCE)), ("order", "asc")]
    page = server.json("GET", "/v1/messages", params)
    while page["messages"]:
        yield from page["messages"]
        if page["after"] is None:
            return
        page = server.json("GET", "/v1/messages", [*params, ("after", page["after"])])


def _sessions(server: Server) -> Iterator[Mapping[str, Any]]:
    page = server.json("GET", "/v1/sessions", [("limit", str(_AT_ONCE))])
    while page["sessions"]:
        yield from page["sessions"]
        if page["before"] is None:
            return
        page = server.json("GET", "/v1/sessions", [("limit", str(_AT_ONCE)), ("before", page["before"])])


def transcript(session: Mapping[str, Any]) -> Iterator[str]:
    """Yield a session as lines for people: who, what came of it, and each line with its time."""
    yield f"{session['protocol']} from {session['peer']} to {session['listener']} at {session['started_at']}"
    yield f"{session['accepted']} accepted, {session['rejected']} rejected; {line(session['outcome'] or 'still open')}"
    for id in session["messages"]:
        yield f"message {id}"
    yield ""
    for each in session["transcript"]:
        yield f"{each['t_ms'] / 1000:9.3f}  {each['direction']}  {line(each['line'])}"
