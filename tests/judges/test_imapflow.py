"""ImapFlow works with us, and understands of each mail what our API says of it."""

from __future__ import annotations

import pytest

from tests.corpus.sources import CORPORA, Corpus, OutOfReach
from tests.judges.conftest import NAMES, USER
from tests.judges.corpora import NO_REASON, judged, reason
from tests.judges.imapflow import disagreements, run
from tests.judges.servers import Ours
from tests.support.needs import missing

KNOWN: dict[tuple[str, str], str] = {
    ("addresses.eml", "cc"): "an address without a domain: ImapFlow takes it for a name",
    ("eight-bit.eml", "from"): "bare Latin-1 in a header: ImapFlow reads UTF-8 only",
    ("no-parts.eml", "parts"): "BODYSTRUCTURE has no multipart without a part: an empty one stands for none",
}
"""Mail and what of it → why ImapFlow does not say the same."""


def test_imapflow_understands_what_the_api_says(served: Ours, mails: list[bytes]):
    """Bytes, subject, addresses, part types and sizes are equal but for what is KNOWN."""
    found = list(disagreements(served, USER, NAMES, mails))
    assert {(each.name, each.what) for each in found} == set(KNOWN), "\n".join(map(str, found))


def test_imapflow_changes_and_idles(served: Ours):
    """Folders, APPEND, SEARCH, flags, MOVE, removal, and what another connection does comes as an event."""
    assert run("change.mjs", served.imap, "flow@judge.test") == "done\n"


SHARE = {"spam-assassin": 60}
"""Of these corpora only each n-th mail; `python -m tests.judges.corpora` takes them all."""


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_a_corpus_comes_back_byte_for_byte(corpus: Corpus):
    """Its mails through imaplib, poplib and ImapFlow: every disagreement with our API has a reason, and they are few."""
    try:
        mails = list(corpus.mails())[:: SHARE.get(corpus.name, 1)]
    except OutOfReach as unreachable:
        missing(str(unreachable))
    found = list(judged(mails))
    assert [each for each in found if reason(each) == NO_REASON] == []
    assert len(found) <= 3 + len(mails) / 4
