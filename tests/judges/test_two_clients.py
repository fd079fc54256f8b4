"""No view disagrees: two clients change one mailbox while mail arrives; 60 s of it by `python -m tests.judges.two_clients`."""

from __future__ import annotations

import pytest

from tests.judges.model import Contradiction, Model
from tests.judges.servers import Ours
from tests.judges.two_clients import judged


def test_views_agree(served: Ours):
    """After a last NOOP each model equals what a new connection is told."""
    assert judged(served, seconds=5, seed=1) > 100


def test_the_model_believes_nothing_impossible():
    """A mailbox does not shrink by itself, no number is beyond it, no UID changes."""
    for told in (b"* 1 EXISTS", b"* 3 EXPUNGE", b"* 3 FETCH (UID 9)", b"* 1 FETCH (UID 9)"):
        model = Model()
        model.hear(b"* 2 EXISTS")
        model.hear(b"* 1 FETCH (UID 8)")
        with pytest.raises(Contradiction):
            model.hear(told)


def test_the_model_applies_what_a_silent_store_did():
    """Messages that the answer names as MODIFIED stay."""
    model = Model()
    for told in (b"* 2 EXISTS", rb"* 1 FETCH (UID 8 FLAGS (\Seen))", b"* 2 FETCH (UID 9 FLAGS ())"):
        model.hear(told)
    model.stored(r"UID STORE 8:9 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\Draft Junk)", b"a1 OK [MODIFIED 9] done")
    assert [known.flags for known in model.messages] == [frozenset({r"\seen", r"\draft", "junk"}), frozenset()]
