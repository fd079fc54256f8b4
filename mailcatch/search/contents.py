"""What a query may ask of a message's inside, beyond what is derived from it: read only when asked, and then folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from mailcatch.search.comparing import test_of
from mailcatch.search.query import Term


class Contents(Protocol):
    """One message, to be opened."""

    def values(self, field: str, name: str) -> Sequence[str]:
        """Return the values of one of `query.IN_CONTENTS`, folded; none if the message has no such thing.

        `name` is that of a header, in lower case; `filename` or `type` of attachments; `url`, `text`, `host` or `kind`
        of links.
        """


def contents_test(term: Term) -> Callable[[Contents], bool]:
    """Return what tells whether a message's contents are as a term wants them. Raises QueryError."""
    if term.operator == "exists":
        return lambda contents: len(contents.values(term.field, term.name)) > 0
    matches = test_of(term.operator, str(term.value))
    return lambda contents: any(map(matches, contents.values(term.field, term.name)))
