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


def test_a_directory_of_ones_own(tmp_path: Path) -> None:
    """Every file below it is read, as it is: `MAILCATCH_CORPUS=~/Mail python -m tests.oracle`."""
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nFrom: a@x.test\n\nHi.\n")
    (tmp_path / "two.eml").write_bytes(b"To: b@x.test\r\n\r\nHi.\r\n")
    mails = list(below(tmp_path))
    assert [Path(name).name for name, _ in mails] == ["1:2,S", "two.eml"]
    assert unexplained(mails) == []
