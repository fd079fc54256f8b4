"""The AST of a query: one, however it was spelt. Its values are folded and normalised already.

Equal queries are equal values: where a node stood in the text (`at`) is kept for messages and takes no part in that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mailcatch.errors import QueryError

AddressField = Literal["to", "cc", "bcc", "from", "reply-to", "sender", "rcpt"]
Field = (
    AddressField
    | Literal[
        "subject", "text", "html", "body", "header", "attachment", "link", "code", "size", "inbox", "user", "helo",
        "peer", "tls", "tag", "id", "message-id", "is", "date",
    ]
)  # fmt: skip
Operator = Literal["eq", "contains", "glob", "regex", "exists", "lt", "le", "gt", "ge"]

ROLES: dict[str, tuple[str, ...]] = {
    "to": ("to", "cc", "rcpt"),  # wider than `to` of a Summary: everyone the mail was meant for
    "cc": ("cc",),
    "bcc": ("bcc",),
    "from": ("from",),
    "reply-to": ("reply_to",),
    "sender": ("sender", "mail_from"),
    "rcpt": ("rcpt",),
}
"""Of each field of addresses, the roles in which an address may stand."""

_EVALUATED: dict[str, tuple[Operator, ...]] = {
    **dict.fromkeys(ROLES, ("eq", "glob", "contains")),
    **dict.fromkeys(("subject", "text"), ("contains",)),
    **dict.fromkeys(("is", "tag", "inbox", "id", "message-id"), ("eq",)),
    **dict.fromkeys(("size", "date"), ("eq", "lt", "le", "gt", "ge")),
    "attachment": ("exists",),
}


@dataclass(frozen=True, slots=True)
class All:
    """Matches every message."""


@dataclass(frozen=True, slots=True)
class And:
    """All of them match; so does none at all."""

    terms: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them matches; an empty one matches nothing."""

    terms: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not match."""

    term: Query


@dataclass(frozen=True, slots=True)
class Word:
    """Words (`fold.words`) side by side in subject, people or body.

    With `prefix` the last may be the beginning of a longer word (`invoi`), else it is a whole one (`"invoice"`).
    """

    words: tuple[str, ...]
    prefix: bool
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A field compared with a value by an operator.

    - addresses: `eq` an address's key, `glob` the same with `*` for anything, `contains` for a text that is no address
    - `subject` `text`: `contains` folded text
    - `size` (bytes): `eq` `lt` `gt`; `date` (milliseconds since 1970 UTC, the arrival): `lt` `ge`
    - `is`: `eq` read, pinned or binned; `attachment`: `exists`; `tag` `inbox` `id` `message-id`: `eq`
    - `name` tells which header, or which property of an attachment
    """

    field: Field
    operator: Operator
    value: str | int = ""
    name: str = ""
    at: int = dataclasses.field(default=0, compare=False)


Query: TypeAlias = All | And | Or | Not | Word | Term


def leaves(query: Query) -> Iterator[Word | Term]:
    """Yield the words and terms of a query in their order."""
    match query:
        case And(terms) | Or(terms):
            for term in terms:
                yield from leaves(term)
        case Not(term):
            yield from leaves(term)
        case Word() | Term():
            yield query


def checked(query: Query) -> Query:
    """Return `query` if all of its terms can be evaluated now. Raises QueryError at the first that cannot."""
    for leaf in leaves(query):
        if isinstance(leaf, Term) and not can_be_evaluated(leaf):
            raise not_yet(leaf)
    return query


def can_be_evaluated(term: Term) -> bool:
    """Tell whether predicate and SQL know this term; the others are part of the language only."""
    return term.operator in _EVALUATED.get(term.field, ())


def not_yet(term: Term) -> QueryError:
    """Return the error for a term that is in the language, but that no one evaluates yet."""
    return QueryError(
        f"Searching by {term.field}: is not possible yet ({term.operator} {str(term.value)[:40]!r}).", term.at
    )


def mentions_bin(query: Query) -> bool:
    """Tell whether a query asks about the Bin itself; all others leave binned mail out."""
    return any(isinstance(leaf, Term) and leaf.field == "is" and leaf.value == "binned" for leaf in leaves(query))
