"""ImapFlow, the client of Node: what it understands of a mail, beside what our API says of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tests.judges.servers import Ours
from tests.support.http import Http
from tests.support.needs import missing, program

SOURCE = Path(__file__).with_name("node")
PATIENCE = 300.0
"""Seconds for npm, or for one script."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where ImapFlow and the API do not say the same of a mail."""

    name: str
    what: str
    theirs: object
    ours: object

    def __str__(self) -> str:
        return f"{self.name}: {self.what}: ImapFlow {self.theirs!r}, we {self.ours!r}"


def installed() -> Path:
    """Give the folder with ImapFlow, installed once for each lock file."""
    node, npm = program("node"), program("npm")
    lock = (SOURCE / "package-lock.json").read_bytes()
    folder = user_cache_path("mailcatch-judges") / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".installing-", dir=folder.parent) as temporary:
            fresh = shutil.copytree(SOURCE, Path(temporary, "node"))
            words = [npm, "ci", "--ignore-scripts", "--silent"]
            done = subprocess.run(words, cwd=fresh, capture_output=True, text=True, timeout=PATIENCE, check=False)
            if done.returncode:
                missing(f"npm cannot install ImapFlow: {done.stderr.strip()[-300:]}")
            fresh.rename(folder)
    for script in SOURCE.glob("*.mjs"):
        shutil.copy(script, folder)
    assert node
    return folder


def run(script: str, address: tuple[str, int], user: str) -> str:
    """Run a script for a user; give what it printed."""
    words = [program("node"), str(installed() / script), address[0], str(address[1]), user]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def disagreements(served: Ours, user: str, names: Sequence[str], sent: Sequence[bytes]) -> Iterator[Disagreement]:
    """Read an account with ImapFlow, and compare each message with the API; `names` and `sent` by UID."""
    found = [json.loads(line) for line in run("read.mjs", served.imap, user).splitlines()]
    assert [each["uid"] for each in found] == list(range(1, len(names) + 1))
    with Http(served.running.http) as http:
        for name, raw, theirs, ours in zip(names, sent, found, messages(http, user), strict=True):
            if theirs["sha256"] != hashlib.sha256(raw).hexdigest():
                yield Disagreement(name, "bytes", theirs["sha256"], len(raw))
            for what in ("subject", "from", "to", "cc", "parts"):
                their, our = understood(what, theirs, ours)
                if their != our:
                    yield Disagreement(name, what, their, our)


def messages(http: Http, user: str) -> Iterator[dict[str, Any]]:
    """Give what the API says of each message of a recipient, the oldest first."""
    ids: list[str] = []
    before = ""
    while True:
        page = http.get(f"/v1/messages?q=rcpt:{user}&limit=500{before}").json()
        ids += [each["id"] for each in page["messages"]]
        if page["before"] is None:
            break
        before = f"&before={page['before']}"
    for each in reversed(ids):
        yield http.get(f"/v1/messages/{each}").json()


def understood(what: str, theirs: dict[str, Any], ours: dict[str, Any]) -> tuple[object, object]:
    """Give one thing as both understand it, in one form."""
    if what == "parts":
        return [(kind, size) for _, kind, size in theirs["parts"]], leaves(ours["parts"])
    if what == "subject":
        return words(theirs["subject"]), words(ours["subject"] or "")
    their = [(words(name), address) for name, address in theirs[what] if address]  # the name of a group has none
    return their, [(words(each["name"]), each["address"].replace('"', "")) for each in ours[what]]


def leaves(parts: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Give type and octets of each part that is no multipart."""
    return [
        (part["content_type"], part["length"]) for part in parts if not part["content_type"].startswith("multipart/")
    ]


def words(text: str) -> str:
    """Give a text with single blanks."""
    return " ".join(text.split())
