"""The way that a message says it came: its `Received` fields, read (RFC 5321 §4.4, RFC 5322 §3.6.7).

What stands in them was written by each server on the way and is believed by nobody; here it is only shown. Bytes in,
values out; nothing raises, and every search is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from mailcatch.mime.dates import date_of
from mailcatch.mime.headers import read_fields, unfolded

MOST_HOPS = 50
"""A message that has come so far goes round (RFC 5321 §6.3 wants 100 at least to be allowed; our own limit is told)."""

_LONGEST = 4_000  # characters of one field that are looked at
_CLAUSES = frozenset({"from", "by", "via", "with", "id", "for"})
_IN_COMMENT = re.compile(r"[()]|\\.?+|[^()\\]++", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?+|<[^<>]*+>?+|\[[^\[\]]*+\]?+|[()]|\\.?+|[^\s()"<\[\\]++', re.DOTALL)


class Hop(Struct, frozen=True):
    """One server that the message passed: who gave it to whom, how, and when.

    `comment` is what the server knew of the client besides its name, usually the address; `delay_ms` the time since the
    hop before, None where one of the two has no time; clocks differ, so it can be below zero.
    """

    from_: str | None
    comment: str | None
    by: str | None
    with_: str | None
    id: str | None
    for_: str | None
    at: int | None
    delay_ms: int | None = None


def hops_of(raw: bytes) -> tuple[Hop, ...]:
    """Return the hops of a message in the order of the way: the oldest first."""
    values = read_fields(raw, 0, len(raw)).fields.all(b"received")
    hops: list[Hop] = []
    before: int | None = None
    for value in reversed(values[: 2 * MOST_HOPS]):
        hop = read_hop(unfolded(value)[:_LONGEST])
        if hop.at is not None:
            delay = hop.at - before if before is not None else None
            hop, before = Hop(hop.from_, hop.comment, hop.by, hop.with_, hop.id, hop.for_, hop.at, delay), hop.at
        hops.append(hop)
    return tuple(hops)


def facts_of(hop: Hop) -> dict[str, object]:
    """Return a hop as the facts of a trace's event, those without a value left out."""
    facts = {"by": hop.by, "from": hop.from_, "at": hop.at, "with": hop.with_, "id": hop.id, "delay": hop.delay_ms}
    return {name: value for name, value in facts.items() if value is not None}


def count_received(raw: bytes) -> int:
    """Return how many servers a message has passed: the loop guard's number (RFC 5321 §6.3)."""
    return len(read_fields(raw, 0, len(raw)).fields.all(b"received"))


def read_hop(value: str) -> Hop:
    """Read the value of one field."""
    stamp, semicolon, date = value.rpartition(";")
    if not semicolon:
        stamp, date = value, ""
    found: dict[str, list[str]] = {}
    comments: dict[str, str] = {}
    clause = ""
    for word, is_comment in _words(stamp):
        lower = word.lower()
        if is_comment:
            comments.setdefault(clause, word)
        elif lower in _CLAUSES and lower not in found:
            clause = lower
            found[clause] = []
        elif clause:
            found[clause].append(word)
    told = {name: " ".join(words) for name, words in found.items() if words}
    return Hop(
        from_=told.get("from"),
        comment=comments.get("from"),
        by=told.get("by"),
        with_=told.get("with"),
        id=told.get("id"),
        for_=told["for"].strip("<>") if "for" in told else None,
        at=date_of(date.encode("ascii", "replace")) if date.strip() else None,
    )


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (word, whether it is a comment); one in another is part of it, and quotes in it are only quotes."""
    position = depth = start = 0
    while (match := (_IN_COMMENT if depth else _TOKEN).search(text, position)) is not None:
        word, position = match[0], match.end()
        if word == "(":
            start = start if depth else position
            depth += 1
        elif word == ")" and depth:
            depth -= 1
            if depth == 0:
                yield text[start : match.start()].strip(), True
        elif depth == 0 and word != ")":
            yield word, False
