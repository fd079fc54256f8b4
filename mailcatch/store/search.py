"""From the AST to SQL: a boolean expression over `messages` named m."""

from __future__ import annotations

from typing import Any

from mailcatch.search.query import (
    AddressIs,
    And,
    Compares,
    Contains,
    Everything,
    HasAttachment,
    Is,
    Named,
    Not,
    Or,
    Query,
    Words,
)  # fmt: skip

Sql = tuple[str, tuple[Any, ...]]


def compile(query: Query) -> Sql:
    """Return the expression and its parameters."""
    match query:
        case Everything():
            return "1", ()
        case And(terms):
            return _joined(" AND ", terms, "1")
        case Or(terms):
            return _joined(" OR ", terms, "0")
        case Not(term):
            sql, parameters = compile(term)
            return f"NOT ({sql})", parameters
        case Words(words, prefix):
            phrase = '"' + " ".join(words) + '"' + ("*" if prefix else "")
            return "m.seq IN (SELECT rowid FROM words WHERE words MATCH ?)", (phrase,)
        case Contains(field, text):
            return f"m.seq IN (SELECT message FROM texts WHERE instr({field}, ?))", (text,)
        case AddressIs():
            return _address(query)
        case Is(state, value):
            sql = {"read": "m.flags & 1", "pinned": "m.flags & 4", "binned": "m.binned_at IS NOT NULL"}[state]
            return (sql if value else f"NOT ({sql})"), ()
        case HasAttachment():
            return "m.attachment_count > 0", ()
        case Compares(field, operator, value):
            return f"m.{field} {operator} ?", (value,)
        case Named(field, value):
            return _NAMED[field], (value,)


_NAMED = {
    "tag": "m.seq IN (SELECT message FROM tags WHERE tag = ?)",
    "inbox": "m.seq IN (SELECT p.message FROM inbox_messages p JOIN inboxes i ON i.number = p.inbox WHERE i.name = ?)",
    "id": "m.id = ?",
    "message_id": "m.message_id = ?",
}


def _joined(operator: str, terms: tuple[Query, ...], empty: str) -> Sql:
    compiled = [compile(term) for term in terms]
    sql = operator.join(f"({part})" for part, _ in compiled) or empty
    return sql, tuple(value for _, parameters in compiled for value in parameters)


def _address(term: AddressIs) -> Sql:
    roles = ", ".join(f"'{role}'" for role in term.roles)
    if term.key is not None:
        what, value = "key = ?", term.key
    elif term.domain is not None:
        what, value = "domain = ?", term.domain
    elif term.glob is not None:
        what, value = "key GLOB ?", term.glob
    else:
        what, value = "instr(key, ?)", term.name or ""
    return f"m.seq IN (SELECT message FROM addresses WHERE {what} AND role IN ({roles}))", (value,)


def mentions_bin(query: Query) -> bool:
    """Tell whether the query asks about the Bin itself; else lists leave binned mail out."""
    match query:
        case And(terms) | Or(terms):
            return any(mentions_bin(term) for term in terms)
        case Not(term):
            return mentions_bin(term)
        case Is(state):
            return state == "binned"
    return False
