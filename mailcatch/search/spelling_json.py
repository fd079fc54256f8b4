"""The JSON spelling of a query: `{"to": "bob@x.test", "subject": {"contains": "Reset"}, "not": {"has": "attachment"}}`.

All members of an object must match. A member's value is what the text spelling writes after the colon, or an object of
operators and properties, which stand in brackets there; `all` and `any` hold lists of queries, `not` one that must not
match. A text is a query in the text spelling.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, tzinfo

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST, Bracket, Spelt, UnknownField, storable, term
from mailcatch.search.grammar import DEEPEST, MOST_TERMS, read
from mailcatch.search.query import All, And, Not, Or, Query, checked, leaves
from mailcatch.search.tokens import Mistake
from mailcatch.search.values import Now

_JOINS = ("all", "any", "not")


def from_json(value: object, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of what JSON gave: a text, or an object. `now` is milliseconds since 1970. Raises QueryError."""
    return checked(_Reader(Now(now, tz)).query(value, "query", 0))


class _Reader:
    """Reads one value; every error says where in it by a path like `query.any[1].subject`."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._terms = 0

    def query(self, value: object, path: str, depth: int) -> Query:
        if depth > DEEPEST:
            raise _error(path, f"the query nests deeper than {DEEPEST}.")
        if isinstance(value, str):
            return self._text(value, path)
        if not isinstance(value, Mapping):
            raise _error(path, f"a text or an object is wanted, not {_shown(value)}.")
        return _joined([self._member(str(name), each, f"{path}.{name}", depth) for name, each in value.items()])

    def _text(self, value: str, path: str) -> Query:
        try:
            found = read(value, tz=self._now.tz, now=self._now.at)
        except QueryError as error:
            said = str(error) if path == "query" else f"{path}: {error}"
            raise QueryError(said, error.position, error.suggestion, where=path) from None
        self._count(sum(1 for _ in leaves(found)))
        return found

    def _count(self, terms: int) -> None:
        self._terms += terms
        if self._terms > MOST_TERMS:
            raise QueryError(f"The query has more than {MOST_TERMS} terms.")

    def _member(self, name: str, value: object, path: str, depth: int) -> Query:
        if name in ("any", "all"):
            if not isinstance(value, list):
                raise _error(path, f"a list of queries is wanted, not {_shown(value)}.")
            terms = tuple([self.query(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(value)])
            return Or(terms) if name == "any" else And(terms)
        if name == "not":
            return Not(self.query(value, path, depth + 1))
        return self._field(name, value, path, ())

    def _field(self, name: str, value: object, path: str, brackets: tuple[str, ...]) -> Query:
        """Read what a field is compared with; an object's members are what the text spelling has in brackets."""
        if isinstance(value, Mapping):
            if not value:
                raise _error(path, "an operator is wanted in this object.")
            if len(brackets) > 1:
                raise _error(path, "a text is wanted, not an object.")
            parts = [self._field(name, of, f"{path}.{key}", (*brackets, str(key))) for key, of in value.items()]
            return _joined(parts)
        if isinstance(value, list):
            if any(isinstance(each, list) for each in value):
                raise _error(path, "a list of texts is wanted, not of lists.")
            return _joined([self._field(name, each, f"{path}[{at}]", brackets) for at, each in enumerate(value)])
        if isinstance(value, bool):
            return self._spelt(name, str(value).lower(), path, self._exists(name, path, value, brackets))
        if not isinstance(value, str | int | float):
            raise _error(path, f"a text is wanted, not {_shown(value)}.")
        if brackets and brackets[-1] == "exists":
            raise _error(path, f"true or false is wanted, not {_shown(value)}.")
        return self._spelt(name, str(value), path, brackets)

    def _exists(self, name: str, path: str, value: bool, brackets: tuple[str, ...]) -> tuple[str, ...]:
        """Return the brackets of `{"attachment": true}`, which is `{"attachment": {"exists": true}}`."""
        if brackets and brackets[-1] == "exists":
            return brackets
        if name in FIELDS and ("exists" not in FIELDS[name].operators or (name == "header" and not brackets)):
            raise _error(path, f"a text is wanted, not {_shown(value)}.")
        return (*brackets, "exists")

    def _spelt(self, name: str, value: str, path: str, brackets: tuple[str, ...]) -> Query:
        """Read a value as it is written after `name:`."""
        self._count(1)
        text = storable(value)
        if len(text) > LONGEST:
            raise QueryError(f"{path} is longer than {LONGEST} characters.", LONGEST, where=path)
        try:
            return term(Spelt(name, text, 0, 0, len(text), self._now, tuple(map(Bracket, map(storable, brackets)))))
        except UnknownField as mistake:
            near = mistake.near or next(iter(difflib.get_close_matches(name, _JOINS, 1)), None)
            raise _error(path, f"There is no field {name[:40]!r}.", near) from None
        except Mistake as mistake:
            raise QueryError(f"{path}: {mistake}", mistake.at, mistake.right, where=path) from None


def _error(path: str, sentence: str, suggestion: str | None = None) -> QueryError:
    return QueryError(f"{path}: {sentence}", 0, suggestion, where=path)


def _joined(found: list[Query]) -> Query:
    return All() if not found else found[0] if len(found) == 1 else And(tuple(found))


def _shown(value: object) -> str:
    names: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", list: "a list", str: "a text"}
    return "nothing" if value is None else names.get(type(value), "an object")
