"""The spelling of a query as parameters: `?to=bob@x.test&subject[regex]=order+[0-9]%2B&header[X-Run]=42`."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, tzinfo

from mailcatch.errors import QueryError
from mailcatch.search.fields import LONGEST, Bracket, Spelt, UnknownField, storable, term
from mailcatch.search.query import All, And, Query, checked
from mailcatch.search.tokens import Mistake
from mailcatch.search.values import Now

_NAME = re.compile(r"([A-Za-z][A-Za-z_-]*+)((?:\[[^\[\]]*+\])*+)")
_BRACKET = re.compile(r"\[([^\[\]]*+)\]")


def from_fields(fields: Mapping[str, str], *, tz: tzinfo = UTC, now: int | None = None) -> Query:
    """Return the AST of parameters, all of which must match.

    `now` is milliseconds since 1970, by default the clock's. Raises QueryError, which names the parameter: positions
    count from the beginning of its value, or of its name if the mistake is there. `before` and `after` are the cursors
    of a page outside of `q`, so they are mistakes.
    """
    here = Now(time.time_ns() // 1_000_000 if now is None else now, tz)
    terms = tuple([_parameter(name, storable(value), here) for name, value in fields.items()])
    return checked(All() if not terms else terms[0] if len(terms) == 1 else And(terms))


def _parameter(name: str, value: str, now: Now) -> Query:
    if name in ("before", "after"):
        raise QueryError(f"{name} is the cursor of a page; dates go into q, as in q={name}:2026-11-01.", where=name)
    match = _NAME.fullmatch(name)
    if match is None:
        raise QueryError(f"{name[:60]!r} is no field; one is written subject, subject[regex] or header[X-Run].")
    if len(value) > LONGEST:
        raise QueryError(f"{name[:60]} is longer than {LONGEST} characters.", LONGEST, where=name)
    brackets = tuple([Bracket(each[1], match.start(2) + each.start(1)) for each in _BRACKET.finditer(match[2])])
    try:
        return term(Spelt(match[1].lower(), value, 0, 0, len(value), now, brackets))
    except UnknownField as mistake:
        raise QueryError(str(mistake), 0, mistake.near, where=name) from None
    except Mistake as mistake:
        raise QueryError(str(mistake), mistake.at, mistake.right, where=name) from None
