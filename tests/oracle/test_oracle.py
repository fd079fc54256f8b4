"""Some six hundred mails in the plain test run: every eleventh of the large corpus and the small ones whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.corpus.sources import CORPORA, Corpus, OutOfReach
from tests.corpus.test_corpus import SHARE
from tests.oracle.compare import differences
from tests.oracle.mails import below, of_corpus


def unexplained(mails: Iterable[tuple[str, bytes]]) -> list[str]:
    """Name each difference that has no reason."""
    return [
        f"{name}: {each.what}: {each.ours!r:.200} against {each.theirs!r:.200}"
        for name, raw in mails
        for each in differences(raw)
        if each.reason is None
    ]


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_real_mail_is_read_as_the_standard_library_reads_it(corpus: Corpus) -> None:
    """Types, tree, bodies, names, subjects and addresses agree, but for what has a reason."""
    try:
        assert unexplained(of_corpus(corpus, SHARE.get(corpus.name, 1))) == []
    except OutOfReach as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def test_ones_own_mail() -> None:
    """A directory of mails that only you have: `MAILCATCH_CORPUS=~/Mail pytest tests/oracle`."""
    directory = os.environ.get("MAILCATCH_CORPUS")
    if not directory:
        pytest.skip("MAILCATCH_CORPUS names no directory of mails")
    assert unexplained(below(Path(directory))) == []
