"""Failures carry their reasons, also from process to process."""

from __future__ import annotations

import pickle

from mailcatch.testing.errors import MailNotFound, RequestRefused
from mailcatch.testing.explanation import Explanation


def test_a_missing_mail_is_a_failed_assertion_with_its_explanation() -> None:
    """A test runner shows it as a failure; the data stays with it when pickled."""
    copy = pickle.loads(pickle.dumps(MailNotFound(Explanation("why", connections=2))))
    assert isinstance(copy, AssertionError)
    assert (str(copy), copy.explanation) == ("why", Explanation("why", connections=2))


def test_a_refusal_keeps_its_kind() -> None:
    """The problem's type is data."""
    copy = pickle.loads(pickle.dumps(RequestRefused("no", "query-error")))
    assert (str(copy), copy.kind) == ("no", "query-error")
