"""Messages as a predicate sees them: what is derived for search, read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mailcatch.mime.reading import read_safely
from mailcatch.model import Summary
from mailcatch.search.fold import words
from mailcatch.search.predicate import Candidate, candidate
from mailcatch.store.addresses import found_of
from mailcatch.store.api import Candidates, Gone, Seen
from mailcatch.store.contents import Lent
from mailcatch.store.derived import read_source
from mailcatch.store.deriving import derive, derive_shown
from mailcatch.store.graves import Grave
from mailcatch.store.rows import SUMMARY, summary_of

MOST_CHARACTERS = 8 << 20
"""Of texts that are looked at in one go: a mail may have 256 Ki of them."""

_keys = msgspec.json.Decoder(list[str]).decode


def read_arrivals(connection: sqlite3.Connection, lent: Lent, after: int, limit: int) -> Candidates:
    """Return the messages past seq `after` that lists show, oldest first; appended mail has not arrived."""
    (seq,) = connection.execute("SELECT value FROM counters WHERE name = 'seq'").fetchone()
    seen, more = _some(connection, lent, "m.seq > ? AND m.origin <> 'append' ORDER BY m.seq LIMIT ?", (after, limit))
    return Candidates(seen, seen[-1].seq if more or len(seen) == limit else seq)


def read_newest(connection: sqlite3.Connection, lent: Lent, limit: int) -> tuple[Seen, ...]:
    """Return the newest messages, those in the Bin too, newest first."""
    return _some(connection, lent, "m.origin <> 'append' ORDER BY m.seq DESC LIMIT ?", (limit,))[0]


def read_gone(graves: Sequence[Grave]) -> tuple[Gone, ...]:
    """Return messages that are gone as a predicate saw them: their texts are no longer than what lists showed."""
    found = []
    for grave in graves:
        made = derive_shown(grave.summary)
        seen = candidate(grave.summary, made.texts, made.words, made.addresses)
        found.append(Gone(Seen(grave.summary.seq, grave.summary, seen), grave.at, grave.how))
    return tuple(found)


def _some(
    connection: sqlite3.Connection, lent: Lent, which: str, parameters: Sequence[Any]
) -> tuple[tuple[Seen, ...], bool]:
    """Return rows until their texts are too many to hold at one time, and whether there are more."""
    seen: list[Seen] = []
    characters = 0
    for row in _rows(connection, lent, which, parameters):
        if characters > MOST_CHARACTERS:
            return tuple(seen), True
        seen.append(row)
        characters += len(row.candidate.texts[2])
    return tuple(seen), False


def _rows(connection: sqlite3.Connection, lent: Lent, which: str, parameters: Sequence[Any]) -> Iterable[Seen]:
    rows = connection.execute(
        f"SELECT {SUMMARY}, t.subject, t.people, t.body, t.keys FROM messages m LEFT JOIN texts t ON t.message = m.seq"
        f" WHERE {which}",
        parameters,
    )
    for row in rows:
        summary = summary_of(row)
        yield Seen(summary.seq, summary, _candidate(connection, lent, summary, row[-4:]))


def _candidate(connection: sqlite3.Connection, lent: Lent, summary: Summary, derived: Sequence[Any]) -> Candidate:
    subject, people, body, keys = derived
    contents = lent.message(summary.seq)
    if subject is None:  # committed since, and what is derived from it not yet: a follower must not miss it for that
        raw, envelope = read_source(connection, summary.seq)
        made = derive(read_safely(raw), envelope)
        return candidate(summary, made.texts, made.words, made.addresses, contents)
    texts = (subject, people, body)
    cut = (" ".join(words(subject)), " ".join(words(people)), " ".join(words(body)))
    return candidate(summary, texts, cut, found_of(connection, summary.seq, _keys(keys)), contents)
