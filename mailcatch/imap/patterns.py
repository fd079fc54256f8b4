"""The patterns of LIST and LSUB (RFC 3501 §6.3.8): `*` is anything, `%` anything within a level."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailcatch.imap.names import INBOX

_RUNS = re.compile(r"[*%]+")


class Pattern:
    """Patterns of one command below a reference; a name matches if one of them does.

    The wildcards of a pattern are matched in one pass without going back more than once for each, so that no pattern
    takes long, whatever a client asks for.
    """

    def __init__(self, reference: str, patterns: Iterable[str]) -> None:
        self._patterns = [_simplified(_joined(reference, pattern)) for pattern in patterns]

    def matches(self, name: str) -> bool:
        """Tell whether a name matches; INBOX does in any case."""
        return any(_matches(pattern, name) or _matches_inbox(pattern, name) for pattern in self._patterns)


def parents(name: str) -> Iterable[str]:
    """Yield the names of the levels above, the nearest first."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def _joined(reference: str, pattern: str) -> str:
    return pattern if pattern.startswith("/") and not reference else reference + pattern


def _simplified(pattern: str) -> str:
    return _RUNS.sub(lambda run: "*" if "*" in run[0] else "%", pattern)


def _matches_inbox(pattern: str, name: str) -> bool:
    return name == INBOX and _matches(pattern.upper(), name)


def _matches(pattern: str, name: str) -> bool:
    """Walk the states of the pattern along the name: linear in pattern times name."""
    places = _closed({0}, pattern)
    for character in name:
        step = set[int]()
        for place in places:
            if place == len(pattern):
                continue
            wanted = pattern[place]
            if wanted == "*" or (wanted == "%" and character != "/"):
                step.add(place)
            elif wanted == character and wanted != "%":
                step.add(place + 1)
        places = _closed(step, pattern)
        if not places:
            return False
    return len(pattern) in places


def _closed(places: set[int], pattern: str) -> set[int]:
    """Add the places after wildcards, which may stand for nothing."""
    closed = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] in "*%":
            place += 1
            closed.add(place)
    return closed
