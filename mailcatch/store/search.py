"""From the AST to SQL, over `messages` named m.

`compile` gives a boolean expression for the WHERE of any statement; who uses it leaves out binned mail with
`m.binned_at IS NULL` unless `mentions_bin(query)`, and appended mail where it matters. `source` gives a list what to
read from, the Bin and appended mail left out already: the word index, or the folded texts, lead where that saves work,
so that a page ends after its 50 rows and a count goes over the matches once.

`search.predicate` answers the same questions for one message, and a test proves that the two agree. Values are bound,
never written into the SQL; only what `fold.words` has cut reaches MATCH.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailcatch.search.query import (
    ROLES,
    All,
    And,
    Not,
    Or,
    Query,
    Term,
    Word,
    mentions_bin,
    not_evaluated,
    opens,
    opens_messages,
)
from mailcatch.store.addresses import bits

__all__ = ["Source", "Sql", "compile", "mentions_bin", "source"]

Value = str | int
Sql = tuple[str, tuple[Value, ...]]


NOTHING = Or(())
"""What no message matches."""


@dataclass(frozen=True, slots=True)
class Source:
    """`FROM {tables} WHERE {where}`, messages being m; `seq` names its number as the leading table does."""

    tables: str
    where: str
    parameters: tuple[Value, ...]
    seq: str


def source(query: Query | None) -> Source:
    """Return what a list reads from: delivered mail that matches, without the Bin unless the query mentions it.

    CROSS JOIN keeps the order of the tables: the leading one
    gives its rows in the order of seq, either way. INDEXED BY, because the planner prefers the row to the index.
    """
    normal = _normal(query or All())
    with_bin = query is not None and mentions_bin(query)
    messages = "messages m" if with_bin else "messages m INDEXED BY messages_listed"
    listed = "m.origin <> 'append'" if with_bin else "m.binned_at IS NULL AND m.origin <> 'append'"
    if normal == NOTHING:  # SQLite simplifies it until INDEXED BY has nothing left to hold on to
        return Source("messages m", "0", (), "m.seq")
    terms = normal.terms if isinstance(normal, And) else (normal,)
    lead, others = _lead(terms)
    if lead is None:
        where, values = _expression(normal)
        return Source("messages m", f"{listed} AND {where}", values, "m.seq")
    rest, values = _joined(" AND ", others, "1")
    return Source(
        f"{lead.table} l CROSS JOIN {messages} ON m.seq = l.{lead.seq}",
        f"{lead.where} AND {listed} AND {rest}",
        (lead.value, *values),
        f"l.{lead.seq}",
    )


@dataclass(frozen=True, slots=True)
class _Lead:
    """A table, named l, that has the matches of a term in the order of seq, each once."""

    table: str
    seq: str
    where: str
    value: Value


def _lead(terms: Sequence[Query]) -> tuple[_Lead | None, list[Query]]:
    """Return what leads a conjunction, if something can, and the terms that are left."""
    indexed, others = _parted(terms)
    if indexed is not None:
        return _Lead("words", "rowid", "words MATCH ?", indexed), others
    for find in (_lead_by_index, _lead_by_text):
        for term in terms:
            if isinstance(term, Term) and (lead := find(term)) is not None:
                return lead, [other for other in terms if other is not term]
    return None, []


def _lead_by_index(term: Term) -> _Lead | None:
    if term.operator != "eq":
        return None
    if term.field == "tag":
        return _Lead("tags", "message", "l.tag = ?", term.value)
    if term.field == "inbox":
        return _Lead("inbox_messages", "message", "l.inbox = (SELECT number FROM inboxes WHERE name = ?)", term.value)
    if term.field in ROLES:
        return _Lead("addresses", "message", f"l.key = ? AND l.roles & {bits(ROLES[term.field])}", term.value)
    return None


def _lead_by_text(term: Term) -> _Lead | None:
    if term.field not in _COLUMNS or term.operator != "contains":
        return None
    return _Lead("texts", "message", f"instr(l.{_COLUMNS[term.field]}, ?)", term.value)


def compile(query: Query) -> Sql:
    """Return the expression and its parameters. Raises QueryError for a term that nobody knows."""
    return _expression(_normal(query))


def _normal(query: Query, *, negated: bool = False) -> Query:
    """Return an equal query with negations at the leaves only, joins of a kind made one, and the deepest part first.

    Parsers of SQL and of FTS5 hold a hundred open symbols at most. What is nested at the left leaves one open bracket a
    level there, what is nested at the right three; so the deepest goes left, and the limits of the grammar suffice.
    """
    match query:
        case Not(term):
            return _normal(term, negated=not negated)
        case All():
            return NOTHING if negated else query
        case And(terms) | Or(terms):
            join = Or if isinstance(query, And) == negated else And
            inner: list[Query] = []
            for term in terms:
                part = _normal(term, negated=negated)
                inner += part.terms if isinstance(part, join) else [part]
            if join is And and NOTHING in inner:
                return NOTHING
            return inner[0] if len(inner) == 1 else join(tuple(sorted(inner, key=_order)))
        case _:
            return Not(query) if negated else query


def _order(query: Query) -> tuple[int, bool]:
    """Put the deepest first, and last what opens messages: it is asked only of those that the others leave."""
    return -_depth(query), opens_messages(query)


def _depth(query: Query) -> int:
    return 1 + max(map(_depth, query.terms), default=0) if isinstance(query, And | Or) else 0


def _expression(query: Query) -> Sql:
    match query:
        case And(terms):
            indexed, others = _parted(terms)
            if indexed is None:
                return _joined(" AND ", terms, "1")
            rest, values = _joined(" AND ", others, "1")
            return f"({rest} AND {_INDEXED})", (*values, indexed)
        case Or(terms):
            if (match := _match(query)) is not None:
                return _INDEXED, (match,)
            return _joined(" OR ", terms, "0")
        case Not(Term("is", "eq", "read")):
            return "m.flags % 2 = 0", ()  # as the index of unread mail has it
        case Not(term):
            sql, parameters = _expression(term)
            return f"NOT ({sql})", parameters
        case Word():
            return _INDEXED, (_match(query) or "",)
        case Term():
            return _term(query)
        case _:
            return "1", ()


_INDEXED = "m.seq IN (SELECT rowid FROM words WHERE words MATCH ?)"


def _joined(operator: str, terms: Sequence[Query], empty: str) -> Sql:
    compiled = [_expression(term) for term in terms]
    sql = f"({operator.join([part for part, _ in compiled])})" if compiled else empty
    return sql, tuple([value for _, parameters in compiled for value in parameters])


def _parted(terms: Sequence[Query]) -> tuple[str | None, list[Query]]:
    """Return what of a conjunction the word index can answer as one question, and the terms that are left."""
    wanted = [(term, match) for term in terms if (match := _match(term)) is not None]
    if not wanted:
        return None, list(terms)
    without = [term for term in terms if isinstance(term, Not) and isinstance(term.term, Word)]
    taken = [*[term for term, _ in wanted], *without]
    matching = " AND ".join([match for _, match in wanted])
    if without:  # FTS5's NOT has two sides: it takes from what was found
        matching = f"({matching}) NOT ({' OR '.join([_match(term.term) or '' for term in without])})"
    return matching, [term for term in terms if not any(term is each for each in taken)]


def _match(query: Query) -> str | None:
    """Return a normal query in FTS5's language, or None if that cannot say it.

    Between quotes nothing has a meaning there, and words hold no quotes.
    """
    match query:
        case Word(words, prefix):
            return f'"{" ".join(words)}"' + ("*" if prefix else "")
        case Or(terms) if terms:
            options = [_match(term) for term in terms]
            known = [option for option in options if option is not None]
            return f"({' OR '.join(known)})" if len(known) == len(options) else None
        case And(terms):
            matching, rest = _parted(terms)
            return f"({matching})" if matching is not None and not rest else None
    return None


_COLUMNS = {"subject": "subject", "text": "body"}
_COMPARE = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_STATES = {"read": "m.flags % 2 = 1", "pinned": "m.flags & 4 <> 0", "binned": "m.binned_at IS NOT NULL"}


def _term(term: Term) -> Sql:
    match term.field, term.operator:
        case (("subject" | "text"), ("eq" | "contains" | "glob" | "regex" | "exists")):
            return _text(term)
        case (("size" | "date"), ("eq" | "lt" | "le" | "gt" | "ge")):
            column = "size" if term.field == "size" else "received_at"
            return f"m.{column} {_COMPARE[term.operator]} ?", (term.value,)
        case "attachment", "exists" if not opens(term):
            return "m.attachment_count > 0", ()
        case "is", "eq":
            return _STATES[str(term.value)], ()
        case "id", "eq":
            return "m.id = ?", (term.value,)
        case (("tag" | "inbox" | "message-id"), ("eq" | "contains" | "glob" | "regex" | "exists")):
            return _name(term)
        case field, ("eq" | "contains" | "glob" | "regex" | "exists") if field in ROLES:
            return _address(term)
        case _, ("eq" | "contains" | "glob" | "regex" | "exists") if opens(term):
            # As a query of its own, so that SQLite comes to it last.
            wanted = (term.field, term.name, term.operator, str(term.value))
            return "(SELECT contents_are(m.seq, ?, ?, ?, ?))", wanted
        case _:
            raise not_evaluated(term)


def _text(term: Term) -> Sql:
    text = f"(SELECT {_COLUMNS[term.field]} FROM texts WHERE message = m.seq)"
    match term.operator:
        case "eq":
            return f"{text} = ?", (term.value,)
        case "contains":
            return f"instr({text}, ?) > 0", (term.value,)
        case "exists":
            return f"{text} <> ''", ()
        case operator:
            return f"text_is(?, ?, {text})", (operator, term.value)


_NAMED = {
    "tag": "m.seq IN (SELECT message FROM tags WHERE {})",
    "inbox": "m.seq IN (SELECT message FROM inbox_messages WHERE inbox IN (SELECT number FROM inboxes WHERE {}))",
    "message-id": "({})",
}
_NAMES = {"tag": "tag", "inbox": "name", "message-id": "m.message_id"}


def _name(term: Term) -> Sql:
    name = _NAMES[term.field]
    match term.operator:
        case "eq":  # IS: its negation holds for mail without one
            return _NAMED[term.field].format(f"{name} IS ?"), (term.value,)
        case "exists":
            return _NAMED[term.field].format(f"{name} IS NOT NULL"), ()
        case operator:
            return _NAMED[term.field].format(f"name_is(?, ?, {name})"), (operator, term.value)


def _address(term: Term) -> Sql:
    """Display names, and what is no address, have bits of their own: only `contains` and `exists` look at them."""
    roles = bits(ROLES[term.field], names=term.operator in ("contains", "exists"))
    what, values = _key(str(term.value), term.operator)
    return f"m.seq IN (SELECT message FROM addresses WHERE {what} AND roles & {roles})", values


def _key(value: str, operator: str) -> Sql:
    match operator:
        case "exists":
            return "1", ()
        case "contains":
            return "instr(key, ?)", (value,)
        case "eq":
            return "key = ?", (value,)
        case "regex":
            return "text_is('regex', ?, key)", (value,)
    if value.startswith("*@") and len(value) > 2 and not {"*", "@"} & set(value[2:]):
        return "key IN (SELECT key FROM domains WHERE domain = ?)", (value[2:],)
    return "key GLOB ?", (value.replace("[", "[[]").replace("?", "[?]"),)
