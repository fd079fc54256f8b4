"""The tree of exceptions is the one that its module draws."""

import re

import pytest

from mailcatch import errors
from mailcatch.errors import MailcatchError, QueryError, Rejected


def subclasses(cls: type) -> list[type]:
    return [each for child in cls.__subclasses__() for each in (child, *subclasses(child))]


OURS = [each for each in subclasses(MailcatchError) if each.__module__ == "mailcatch.errors"]


def test_the_docstring_draws_every_exception():
    """At most eight, each with its line."""
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(drawn) == sorted(each.__name__ for each in OURS)
    assert len(drawn) <= 8


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.__name__)
def test_each_says_when_it_is_raised(error: type):
    """The docstring is for whoever catches it."""
    assert error.__doc__


def test_a_query_error_knows_where_and_what_instead():
    """Position and suggestion travel with the sentence."""
    error = QueryError("no field 'sbject'", 4, "subject")
    assert (str(error), error.position, error.suggestion) == ("no field 'sbject'", 4, "subject")


def test_a_refusal_reads_as_the_reply():
    """Code, enhanced code and text, as SMTP says it."""
    assert str(Rejected(550, "5.1.1", "No such user")) == "550 5.1.1 No such user"
