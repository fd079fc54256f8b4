"""From the AST to SQL: a boolean expression over `messages` named m, with its parameters.

Whoever lists with it leaves out binned mail unless `mentions_bin(query)`, and appended mail always. Each term is a
question to one index, `m.seq IN (SELECT …)`; `search.predicate` answers the same for one message, and a test proves
that they agree. Values are bound, never written into the SQL; only what `fold.words` has cut reaches MATCH.
"""

from __future__ import annotations

from mailcatch.search.query import ROLES, All, And, Not, Or, Query, Term, Word, mentions_bin, not_yet

__all__ = ["Sql", "compile", "mentions_bin"]

Value = str | int
Sql = tuple[str, tuple[Value, ...]]


def compile(query: Query) -> Sql:
    """Return the expression and its parameters. Raises QueryError for a field that cannot be searched yet."""
    match query:
        case All():
            return "1", ()
        case And(terms):
            return _joined(" AND ", terms, "1")
        case Or(terms):
            return _joined(" OR ", terms, "0")
        case Not(term):
            sql, parameters = compile(term)
            return f"NOT ({sql})", parameters
        case Word():
            return "m.seq IN (SELECT rowid FROM words WHERE words MATCH ?)", (phrase(query),)
        case Term():
            return _term(query)


def phrase(word: Word) -> str:
    """Return words in FTS5's language: between quotes nothing has a meaning, and words hold no quotes."""
    return f'"{" ".join(word.words)}"' + ("*" if word.prefix else "")


def _joined(operator: str, terms: tuple[Query, ...], empty: str) -> Sql:
    compiled = [compile(term) for term in terms]
    sql = operator.join([f"({part})" for part, _ in compiled]) or empty
    return sql, tuple([value for _, parameters in compiled for value in parameters])


_COMPARE = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_STATES = {"read": "m.flags & 1 <> 0", "pinned": "m.flags & 4 <> 0", "binned": "m.binned_at IS NOT NULL"}
_NAMED = {
    "tag": "m.seq IN (SELECT message FROM tags WHERE tag = ?)",
    "inbox": "m.seq IN (SELECT message FROM inbox_messages WHERE inbox = (SELECT number FROM inboxes WHERE name = ?))",
    "id": "m.id = ?",
    "message-id": "m.message_id IS ?",  # IS: NOT of it holds for mail without one
}


def _term(term: Term) -> Sql:
    match term.field, term.operator:
        case (("subject" | "text"), "contains"):
            column = "subject" if term.field == "subject" else "body"
            return f"m.seq IN (SELECT message FROM texts WHERE instr({column}, ?))", (term.value,)
        case (("size" | "date"), ("eq" | "lt" | "le" | "gt" | "ge")):
            column = "size" if term.field == "size" else "received_at"
            return f"m.{column} {_COMPARE[term.operator]} ?", (term.value,)
        case "attachment", "exists":
            return "m.attachment_count > 0", ()
        case "is", "eq":
            return _STATES[str(term.value)], ()
        case (("tag" | "inbox" | "id" | "message-id"), "eq"):
            return _NAMED[term.field], (term.value,)
        case (("to" | "cc" | "bcc" | "from" | "reply-to" | "sender" | "rcpt"), ("eq" | "glob" | "contains")):
            return _address(term)
        case _:
            raise not_yet(term)


def _address(term: Term) -> Sql:
    """Rows with an empty domain are display names, and what is no address: only `contains` looks at them."""
    roles = ", ".join([f"'{role}'" for role in ROLES[term.field]])
    value = str(term.value)
    if term.operator == "contains":
        what = "instr(key, ?)"
    elif term.operator == "eq":
        what = "key = ? AND domain <> ''"
    elif value.startswith("*@") and "*" not in value[1:]:
        what, value = "domain = ?", value[2:]
    else:
        what, value = "key GLOB ? AND domain <> ''", value.replace("[", "[[]").replace("?", "[?]")
    return f"m.seq IN (SELECT message FROM addresses WHERE {what} AND role IN ({roles}))", (value,)
