"""Criteria as keyword arguments, and the query that they make."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

Value = str | int | Mapping[str, str]
Criteria = Mapping[str, Value]

FIELDS = (
    *("to", "cc", "bcc", "from_", "reply_to", "sender", "rcpt", "subject", "text", "html", "body", "header"),
    *("attachment", "link", "code", "size", "inbox", "user", "helo", "peer", "tls", "tag", "id", "message_id"),
    *("is_", "has", "larger", "smaller", "date", "before", "after", "newer", "older"),
)
"""The fields of a query. Python's own words have an underscore; `_` within a name is `-` in the query."""

FREE = "q"
"""The criterion that is a query itself, as `q="subject:Reset OR subject:Confirm"`."""


def query_of(criteria: Criteria) -> str:
    """Return the query that asks for all the criteria. Raises TypeError, which suggests what may have been meant."""
    terms: list[str] = []
    for name, value in criteria.items():
        if name == FREE:
            terms.append(f"({value})")
        elif name not in FIELDS:
            raise TypeError(_unknown(name))
        elif isinstance(value, Mapping):
            terms += _fields(name, value)
        else:
            terms.append(f"{name.rstrip('_').replace('_', '-')}:{quoted(_text(name, value))}")
    return " ".join(terms)


def _fields(name: str, values: Mapping[str, str]) -> list[str]:
    if name != "header":
        raise TypeError(f"{name}= takes text; only header= takes a mapping, as header={{'X-Run': '42'}}")
    return [f"header:{key}={quoted(value)}" for key, value in values.items()]


def _text(name: str, value: object) -> str:
    """Return a value as text. Raises TypeError: `to=None` is a mistake of the test, and asks for nothing."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{name}= takes text, not {type(value).__name__}")


def quoted(text: str) -> str:
    """Return text as one value of a query, whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unknown(name: str) -> str:
    known = (*FIELDS, FREE)
    wanted = {f"{name}_"} & set(known) or set(difflib.get_close_matches(name, known, 1))
    suggestion = f"; did you mean {wanted.pop()}=?" if wanted else f"; there are {', '.join(known)}"
    return f"there is no criterion {name}={suggestion}"
