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

IN_CONTENTS = ("html", "body", "header", "attachment", "link", "code", "user", "helo", "peer", "tls")
"""The fields for which each message is opened: no column and no index answers them."""

_TEXT: tuple[Operator, ...] = ("eq", "contains", "glob", "regex", "exists")
_NUMBER: tuple[Operator, ...] = ("eq", "lt", "le", "gt", "ge")
_EVALUATED: dict[str, tuple[Operator, ...]] = {
    **dict.fromkeys((*ROLES, *IN_CONTENTS, "subject", "text", "tag", "inbox", "message-id"), _TEXT),
    **dict.fromkeys(("is", "id"), ("eq",)),
    **dict.fromkeys(("size", "date"), _NUMBER),
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

    - texts, also those of headers, attachments, links, of the envelope: `eq` `contains` `glob` `regex` on folded text
      (`comparing.test_of`); where a field has several values, one of them must match
    - addresses: the same on the keys of addresses; `contains` and `exists` look at display names too
    - `tag` `inbox` `message-id`: the same; `eq` exactly as it is written
    - `size` (bytes): `eq` `lt` `gt`; `date` (milliseconds since 1970 UTC, the arrival): `lt` `ge` `gt` `le`
    - `is`: `eq` read, pinned or binned; `id`: `eq`
    - `exists`: there is such a thing at all
    - `name` tells which header, or which property of an attachment or a link
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
    """Return `query` if all of its terms can be evaluated. Raises QueryError at the first that cannot."""
    for leaf in leaves(query):
        if isinstance(leaf, Term) and not can_be_evaluated(leaf):
            raise not_evaluated(leaf)
    return query


def can_be_evaluated(term: Term) -> bool:
    """Tell whether predicate and SQL know this term."""
    return term.operator in _EVALUATED.get(term.field, ())


def not_evaluated(term: Term) -> QueryError:
    """Return the error for a term that nobody evaluates: it is never silently false."""
    return QueryError(f"Nobody knows {term.field} {term.operator} {str(term.value)[:40]!r}.", term.at)


def opens(term: Term) -> bool:
    """Tell whether a message must be opened to answer a term; how many attachments it has is known."""
    return term.field in IN_CONTENTS and (term.field, term.operator, term.name) != ("attachment", "exists", "")


def opens_messages(query: Query) -> bool:
    """Tell whether messages must be opened one by one to answer a query."""
    return any(isinstance(leaf, Term) and opens(leaf) for leaf in leaves(query))


def mentions_bin(query: Query) -> bool:
    """Tell whether a query asks about the Bin itself; all others leave binned mail out."""
    return any(isinstance(leaf, Term) and leaf.field == "is" and leaf.value == "binned" for leaf in leaves(query))
