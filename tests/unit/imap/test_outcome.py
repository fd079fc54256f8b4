"""What the core's exceptions mean in IMAP."""

import inspect

from mailcatch import errors
from mailcatch.imap.outcome import CODES, Outcome, outcome_of
from mailcatch.imap.problem import Problem


def test_every_exception_of_the_core_has_its_code():
    """A new one cannot be forgotten."""
    kinds = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.MailcatchError) and kind is not errors.MailcatchError
    }
    assert kinds == set(CODES)


def test_a_full_disk_is_unavailable_and_a_broken_database_a_bug():
    """The text is the exception's own (RFC 5530)."""
    assert outcome_of(errors.Overloaded("the disk is full")) == Outcome("the disk is full", "UNAVAILABLE", "NO")
    assert outcome_of(errors.StoreError("corrupt")) == Outcome("corrupt", "SERVERBUG", "NO")


def test_a_problem_says_what_it_is():
    """BAD, or NO with its code."""
    assert outcome_of(Problem("no")) == Outcome("no", None, "BAD")
    assert outcome_of(Problem("gone", "NO", "EXPUNGEISSUED")) == Outcome("gone", "EXPUNGEISSUED", "NO")


def test_what_nobody_foresaw_tells_nothing():
    """What went wrong stands in the log."""
    outcome = outcome_of(ZeroDivisionError("secret"))
    assert outcome.code == "SERVERBUG" and "secret" not in outcome.text
