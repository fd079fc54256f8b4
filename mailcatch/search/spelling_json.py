"""The JSON spelling of a query: `{"to": "bob@x.test", "subject": {"contains": "Reset"}, "not": {"has": "attachment"}}`.

All members of an object must match. A member's value is what the text spelling writes after the colon, or an object of
operators; `all` and `any` hold lists of queries, `not` one that must not match. A text is a query in the text spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo

from mailcatch.errors import QueryError
from mailcatch.search.fields import FIELDS, LONGEST, Spelt, storable, term
from mailcatch.search.fold import fold
from mailcatch.search.grammar import DEEPEST, MOST_TERMS, read
from mailcatch.search.query import ROLES, All, And, Not, Or, Query, Term, checked
from mailcatch.search.tokens import Mistake
from mailcatch.search.values import Now


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
            raise QueryError(f"{path}: the query nests deeper than {DEEPEST}.")
        if isinstance(value, str):
            return read(value, tz=self._now.tz, now=self._now.at)
        if not isinstance(value, Mapping):
            raise QueryError(f"{path}: a text or an object is wanted, not {_shown(value)}.")
        found = [self._member(str(name), each, f"{path}.{name}", depth) for name, each in value.items()]
        return All() if not found else found[0] if len(found) == 1 else And(tuple(found))

    def _member(self, name: str, value: object, path: str, depth: int) -> Query:
        if name in ("any", "all"):
            if not isinstance(value, list):
                raise QueryError(f"{path}: a list of queries is wanted, not {_shown(value)}.")
            terms = tuple(self.query(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(value))
            return Or(terms) if name == "any" else And(terms)
        if name == "not":
            return Not(self.query(value, path, depth + 1))
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise QueryError(f"The query has more than {MOST_TERMS} terms.")
        return self._field(name, value, path)

    def _field(self, name: str, value: object, path: str) -> Query:
        if name == "header" and isinstance(value, Mapping):
            return _joined([self._header(str(each), of, f"{path}.{each}") for each, of in value.items()])
        if name == "attachment" and (isinstance(value, bool) or (isinstance(value, Mapping) and "exists" in value)):
            return self._exists(name, value if isinstance(value, bool) else value["exists"], path)
        if isinstance(value, Mapping):
            return _joined([self._compared(name, str(act), of, path) for act, of in value.items()])
        if isinstance(value, list):
            return _joined([self._spelt(name, each, path) for each in value])
        return self._spelt(name, value, path)

    def _spelt(self, name: str, value: object, path: str) -> Query:
        """Read a value as it is written after `name:`."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise QueryError(f"{path}: a text is wanted, not {_shown(value)}.")
        text = storable(str(value))
        if len(text) > LONGEST:
            raise QueryError(f"{path} is longer than {LONGEST} characters.")
        try:
            return term(Spelt(name, text, 0, 0, len(text), self._now))
        except Mistake as mistake:
            raise QueryError(f"{path}: {mistake}", mistake.at, mistake.right) from None

    def _compared(self, name: str, act: str, value: object, path: str) -> Query:
        """Read one operator of a field's object."""
        if name not in FIELDS:
            return self._spelt(name, "x", path)  # which says what is wrong, and what may have been meant
        compare = _OPERATORS.get(act)
        if compare is None:
            raise QueryError(f"{path}: there is no operator {act[:40]!r}; there are {', '.join(sorted(_OPERATORS))}.")
        return compare(self, name, value, f"{path}.{act}")

    def _contains(self, name: str, value: object, path: str) -> Query:
        found = self._spelt(name, value, path)
        if name in ROLES and isinstance(found, Term):
            return Term(found.field, "contains", fold(str(value)))
        return found

    def _exactly(self, name: str, value: object, path: str) -> Query:
        found = self._spelt(name, value, path)
        if isinstance(found, Term) and found.operator != "eq":
            return Term(found.field, "eq", fold(str(value)), found.name)
        return found

    def _globbed(self, name: str, value: object, path: str) -> Query:
        found = self._spelt(name, value, path)
        if isinstance(found, Term) and found.operator != "glob":
            return found if name in ROLES and found.operator == "eq" else Term(found.field, "glob", fold(str(value)))
        return found

    def _exists(self, name: str, value: object, path: str) -> Query:
        if not isinstance(value, bool):
            raise QueryError(f"{path}: true or false is wanted, not {_shown(value)}.")
        found: Query = Term(name, "exists")  # type: ignore[arg-type] # the keys of FIELDS are fields
        return found if value else Not(found)

    def _greater(self, name: str, value: object, path: str) -> Query:
        return self._bounded(name, ">", value, path)

    def _less(self, name: str, value: object, path: str) -> Query:
        return self._bounded(name, "<", value, path)

    def _bounded(self, name: str, sign: str, value: object, path: str) -> Query:
        if name != "size":
            raise QueryError(f"{path}: only sizes are greater or less; for dates there are before and after.")
        return self._spelt(name, f"{sign}{value}", path)

    def _header(self, name: str, value: object, path: str) -> Query:
        if isinstance(value, Mapping):
            if set(value) == {"exists"}:
                found = self._spelt("header", name, path)
                return found if value["exists"] is True else Not(found)
            if set(value) == {"contains"}:
                return self._spelt("header", f"{name}={value['contains']}", path)
            raise QueryError(f"{path}: a text is wanted, or an object with contains or exists.")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise QueryError(f"{path}: a text is wanted, not {_shown(value)}.")
        return self._spelt("header", f"{name}={value}", path)


_Compare = Callable[[_Reader, str, object, str], Query]
_OPERATORS: dict[str, _Compare] = {
    "eq": _Reader._exactly,
    "contains": _Reader._contains,
    "glob": _Reader._globbed,
    "exists": _Reader._exists,
    "gt": _Reader._greater,
    "lt": _Reader._less,
}


def _joined(found: list[Query]) -> Query:
    return found[0] if len(found) == 1 else And(tuple(found))


def _shown(value: object) -> str:
    names: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", list: "a list", str: "a text"}
    return "nothing" if value is None else names.get(type(value), "an object")
