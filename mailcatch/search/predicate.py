"""From the AST to a predicate: what a waiter asks of one message, equal to what SQL asks of a stored one."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailcatch.model import Summary
from mailcatch.search.query import ROLES, All, And, Not, Or, Query, Term, Word, not_yet


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a predicate sees of a message. `texts`, `words` and `addresses` are as the store keeps them.

    `texts` are folded, `words` cut from them and joined by blanks; each holds subject, people, body. `addresses` are
    (key, role, domain); those with an empty domain are display names and what is no address.
    """

    id: str
    message_id: str | None
    received_at: int
    size: int
    attachment_count: int
    read: bool
    pinned: bool
    binned: bool
    tags: frozenset[str]
    inboxes: frozenset[str]
    texts: tuple[str, str, str]
    words: tuple[str, str, str]
    addresses: tuple[tuple[str, str, str], ...]


Predicate = Callable[[Candidate], bool]


def candidate(
    summary: Summary,
    texts: tuple[str, str, str],
    words: tuple[str, str, str],
    addresses: Sequence[tuple[str, str, str]],
) -> Candidate:
    """Return what a predicate sees of a message: its summary as stored, and what is derived for search."""
    return Candidate(
        summary.id, summary.message_id, summary.received_at, summary.size, summary.attachment_count,
        summary.read, summary.pinned, summary.binned, frozenset(summary.tags), frozenset(summary.inboxes),
        texts, (_padded(words[0]), _padded(words[1]), _padded(words[2])), tuple(addresses),
    )  # fmt: skip


def predicate(query: Query) -> Predicate:
    """Return the function that tells whether a message matches.

    It does not leave out the Bin: ask `query.mentions_bin`. Raises QueryError for a field that cannot be searched yet.
    """
    match query:
        case All():
            return lambda _: True
        case And(terms):
            every = [predicate(term) for term in terms]
            return lambda message: all(each(message) for each in every)
        case Or(terms):
            some = [predicate(term) for term in terms]
            return lambda message: any(each(message) for each in some)
        case Not(term):
            inner = predicate(term)
            return lambda message: not inner(message)
        case Word(words, prefix):
            return _words(words, prefix)
        case Term():
            return _term(query)


def _padded(words: str) -> str:
    return f" {words} "


def _words(words: tuple[str, ...], prefix: bool) -> Predicate:
    """Words side by side are a piece of the joined words, which begin and end with a blank."""
    piece = f" {' '.join(words)}" if prefix else _padded(" ".join(words))
    return lambda message: any(piece in column for column in message.words)


_COLUMNS = {"subject": 0, "text": 2}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge
}  # fmt: skip


def _term(term: Term) -> Predicate:
    value = str(term.value)
    match term.field, term.operator:
        case (("subject" | "text"), "contains"):
            column = _COLUMNS[term.field]
            return lambda message: value in message.texts[column]
        case (("size" | "date"), ("eq" | "lt" | "le" | "gt" | "ge")):
            return _number(term)
        case "attachment", "exists":
            return lambda message: message.attachment_count > 0
        case "is", "eq":
            return _STATES[value]
        case (("tag" | "inbox" | "id" | "message-id"), "eq"):
            return _NAMED[term.field](value)
        case (("to" | "cc" | "bcc" | "from" | "reply-to" | "sender" | "rcpt"), ("eq" | "glob" | "contains")):
            return _address(term)
        case _:
            raise not_yet(term)


_STATES: dict[str, Predicate] = {
    "read": lambda message: message.read,
    "pinned": lambda message: message.pinned,
    "binned": lambda message: message.binned,
}
_NAMED: dict[str, Callable[[str], Predicate]] = {
    "tag": lambda value: lambda message: value in message.tags,
    "inbox": lambda value: lambda message: value in message.inboxes,
    "id": lambda value: lambda message: message.id == value,
    "message-id": lambda value: lambda message: message.message_id == value,
}


def _number(term: Term) -> Predicate:
    compare, value = _COMPARE[term.operator], int(term.value)
    if term.field == "size":
        return lambda message: compare(message.size, value)
    return lambda message: compare(message.received_at, value)


def _address(term: Term) -> Predicate:
    roles, value = frozenset(ROLES[term.field]), str(term.value)
    if term.operator == "contains":
        return lambda message: any(role in roles and value in key for key, role, _ in message.addresses)
    if term.operator == "eq":
        return lambda message: any(key == value and role in roles and domain for key, role, domain in message.addresses)
    pieces = value.split("*")
    return lambda message: any(
        role in roles and domain != "" and _globs(pieces, key) for key, role, domain in message.addresses
    )


def _globs(pieces: Sequence[str], text: str) -> bool:
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
