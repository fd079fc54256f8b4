"""From the AST to a predicate: what a waiter asks of one message, equal to what SQL asks of a stored one."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from mailcatch.errors import QueryError
from mailcatch.model import Summary
from mailcatch.search.comparing import Test, test_of
from mailcatch.search.contents import Contents, contents_test
from mailcatch.search.fold import fold
from mailcatch.search.query import IN_CONTENTS, ROLES, All, And, Not, Or, Query, Term, Word, not_evaluated


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a predicate sees of a message. `texts`, `words` and `addresses` are as the store keeps them.

    `texts` are folded, `words` cut from them and joined by blanks; each holds subject, people, body. `addresses` are
    (key, role, domain); those with an empty domain are display names and what is no address. `contents` is the rest.
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
    contents: Contents


class _Closed:
    """The contents of a message that cannot be opened."""

    def values(self, field: str, name: str) -> Sequence[str]:
        """Raise QueryError."""
        raise QueryError(f"{field}: cannot be asked here.")


Predicate = Callable[[Candidate], bool]


def candidate(
    summary: Summary,
    texts: tuple[str, str, str],
    words: tuple[str, str, str],
    addresses: Sequence[tuple[str, str, str]],
    contents: Contents | None = None,
) -> Candidate:
    """Return what a predicate sees of a message: its summary as stored, what is derived for search, and its contents.

    Without contents, terms that ask for them raise QueryError.
    """
    return Candidate(
        summary.id, summary.message_id, summary.received_at, summary.size, summary.attachment_count,
        summary.read, summary.pinned, summary.binned, frozenset(summary.tags), frozenset(summary.inboxes),
        texts, (_padded(words[0]), _padded(words[1]), _padded(words[2])), tuple(addresses),
        contents or _Closed(),
    )  # fmt: skip


def predicate(query: Query) -> Predicate:
    """Return the function that tells whether a message matches.

    It does not leave out the Bin: ask `query.mentions_bin`. Raises QueryError for a term that nobody knows; the
    function raises it for a pattern that turns out to be slow.
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


def _term(term: Term) -> Predicate:  # noqa: PLR0911 - one for each kind of field
    value = str(term.value)
    match term.field, term.operator:
        case (("size" | "date"), ("eq" | "lt" | "le" | "gt" | "ge")):
            return _number(term)
        case "attachment", "exists" if not term.name:
            return lambda message: message.attachment_count > 0
        case "is", "eq":
            return _STATES[value]
        case "id", "eq":
            return lambda message: message.id == value
        case (("tag" | "inbox" | "message-id"), ("eq" | "contains" | "glob" | "regex" | "exists")):
            return _named(term)
        case (("subject" | "text"), ("eq" | "contains" | "glob" | "regex" | "exists")):
            column, matches = _COLUMNS[term.field], test_of(term.operator, value)
            return lambda message: matches(message.texts[column])
        case field, ("eq" | "contains" | "glob" | "regex" | "exists") if field in ROLES:
            return _address(term)
        case field, ("eq" | "contains" | "glob" | "regex" | "exists") if field in IN_CONTENTS:
            inside = contents_test(term)
            return lambda message: inside(message.contents)
        case _:
            raise not_evaluated(term)


_STATES: dict[str, Predicate] = {
    "read": lambda message: message.read,
    "pinned": lambda message: message.pinned,
    "binned": lambda message: message.binned,
}
_NAMES: dict[str, Callable[[Candidate], Collection[str]]] = {
    "tag": lambda message: message.tags,
    "inbox": lambda message: message.inboxes,
    "message-id": lambda message: () if message.message_id is None else (message.message_id,),
}


def _named(term: Term) -> Predicate:
    """Compare names: as they are written, but by the other operators folded like everything else."""
    names, value = _NAMES[term.field], str(term.value)
    if term.operator == "eq":
        return lambda message: value in names(message)
    if term.operator == "exists":
        return lambda message: len(names(message)) > 0
    matches = test_of(term.operator, value)
    return lambda message: any(matches(fold(name)) for name in names(message))


def _number(term: Term) -> Predicate:
    compare, value = _COMPARE[term.operator], int(term.value)
    if term.field == "size":
        return lambda message: compare(message.size, value)
    return lambda message: compare(message.received_at, value)


def _address(term: Term) -> Predicate:
    """Display names, and what is no address, have an empty domain: only `contains` and `exists` look at them."""
    roles, value = frozenset(ROLES[term.field]), str(term.value)
    if term.operator == "exists":
        return lambda message: any(role in roles for _, role, _ in message.addresses)
    if term.operator == "contains":
        return lambda message: any(role in roles and value in key for key, role, _ in message.addresses)
    matches: Test = test_of(term.operator, value)
    return lambda message: any(
        role in roles and domain != "" and matches(key) for key, role, domain in message.addresses
    )
