"""The mails that are read twice: those of tests/corpus, and the files below `$MAILCATCH_CORPUS`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.sources import CORPORA, Corpus


def all_mails() -> Iterator[tuple[str, bytes]]:
    """Give the name and bytes of every mail; OutOfReach when a corpus cannot be had."""
    for corpus in CORPORA:
        yield from of_corpus(corpus)
    if directory := os.environ.get("MAILCATCH_CORPUS"):
        yield from below(Path(directory))


def of_corpus(corpus: Corpus, each: int = 1) -> Iterator[tuple[str, bytes]]:
    """Give each n-th mail of a corpus, as its file has it and with CRLF as on the wire."""
    for mail in list(corpus.mails())[::each]:
        yield f"{corpus.name}/{mail.name}", mail.wire
        if mail.raw != mail.wire:
            yield f"{corpus.name}/{mail.name} (as is)", mail.raw


def below(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file below a directory."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
