"""How a folded text is compared with a value: one function for each operator, the same for SQL and for a predicate.

Each is linear in the text, whatever the value is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailcatch.errors import QueryError

if TYPE_CHECKING:
    from mailcatch.search.query import Operator

LONGEST_PATTERN = 1_000
"""Characters of a regular expression."""

LARGEST_PATTERN = 10_000
"""Steps of the program that a regular expression becomes; a letter of any script is one of 1,200."""

SLOW = 0.5
"""Seconds of processor that a pattern may take for one value; one that takes more is not asked again."""

_MEMORY = 1 << 20  # bytes of RE2's for one pattern

Test = Callable[[str], bool]


def test_of(operator: Operator, wanted: str) -> Test:
    """Return what tells whether a folded text stands in that relation to `wanted`, which is folded too.

    `glob` is about the whole text, with `*` for anything; `regex` finds a piece of it. Raises QueryError for a pattern
    that cannot be read; the function raises it for one that turns out to be slow.
    """
    match operator:
        case "eq":
            return lambda text: text == wanted
        case "contains":
            return lambda text: wanted in text
        case "glob":
            pieces = wanted.split("*")
            return lambda text: globs(pieces, text)
        case "regex":
            return _Pattern(wanted)
        case _:
            return bool


def globs(pieces: Sequence[str], text: str) -> bool:
    """Tell whether `text` is the pieces with anything between them: each found as early as it can be."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


class _Pattern:
    """A regular expression of RE2: no input makes it go back, so its time is that of its program times the text."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._compiled = compiled(pattern)
        self._slow = False

    def __call__(self, text: str) -> bool:
        if self._slow:
            raise too_slow(self._pattern)
        begun = time.thread_time()
        found = self._compiled.search(text) is not None
        if time.thread_time() - begun > SLOW:
            self._slow = True
            raise too_slow(self._pattern)
        return found


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 has no types
    """Return RE2's program of a pattern, which takes no notice of case. Raises QueryError."""
    import re2  # not needed to start

    if len(pattern) > LONGEST_PATTERN:
        raise QueryError(f"The pattern is longer than {LONGEST_PATTERN} characters.", LONGEST_PATTERN)
    options = re2.Options()
    options.case_sensitive, options.never_capture, options.log_errors = False, True, False
    options.max_mem = _MEMORY
    try:
        made = re2.compile(pattern, options)  # type: ignore[no-untyped-call]
    except re2.error as error:
        raise QueryError(f"The pattern cannot be read: {_said(error)}.") from None
    if made.programsize > LARGEST_PATTERN:
        raise QueryError("The pattern cannot be read: it repeats too much.")
    return made


def too_slow(pattern: str) -> QueryError:
    """Return the error for a pattern that is refused because of the time it took."""
    return QueryError(f"The pattern {pattern[:60]!r} takes more than {SLOW} s for one mail; repeat less in it.")


def _said(error: Exception) -> str:
    """Return RE2's complaint, which it makes in bytes."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
