"""Six hundred mails in the plain test run: every eleventh of the large corpus and the small ones whole.

Half of them with CRLF and half as their files have them; `python -m tests.corpus` takes all, in both forms.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.corpus.round_trip import alternately, run
from tests.corpus.sources import CORPORA, Corpus, Mail, OutOfReach
from tests.support.needs import missing
from tests.support.sink import Sink, sink

SHARE = {"spam-assassin": 11}
"""Of these corpora only each n-th mail, so that all together are about 600."""


@pytest.fixture(scope="module")
def running() -> Iterator[Sink]:
    """One sink for all corpora."""
    with sink() as started:
        yield started


def sample(corpus: Corpus) -> list[Mail]:
    """Give the mails of the plain run; out of reach means skipped on a laptop and failed in CI."""
    try:
        return list(corpus.mails())[:: SHARE.get(corpus.name, 1)]
    except OutOfReach as reason:
        missing(str(reason))


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_every_mail_is_accepted_kept_and_shown(running: Sink, corpus: Corpus) -> None:
    """Each mail gets its 250, comes back byte for byte, and no endpoint answers it with an error (G2, G4)."""
    mails = sample(corpus)
    result = run(running, alternately(mails))
    assert result.failures == []
    assert result.mails == len(mails)
