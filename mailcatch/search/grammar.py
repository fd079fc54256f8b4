"""The text spelling of a query: `to:bob@x.test subject:"Reset your" -has:attachment (from:a OR from:b) word`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from mailcatch.address import key_of
from mailcatch.errors import QueryError
from mailcatch.search.fold import fold, words
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

LONGEST = 4_096
DEEPEST = 50
MOST_TERMS = 200

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-(?=[^\s]))|(?P<field>[A-Za-z][A-Za-z-]*):(?P<value>\"[^\"]*\"?|[^\s()\"]*)"
    r"|(?P<phrase>\"[^\"]*\"?)|(?P<word>[^\s()\"]+))"
)
_LATER = frozenset({"html", "body", "header", "link", "code", "user", "helo", "peer", "tls"})


@dataclass(frozen=True, slots=True)
class _Context:
    tz: tzinfo
    now: int


def parse(text: str, *, tz: tzinfo = UTC, now: int) -> Query:
    """Return the AST of `text`. `tz` is the zone of its dates, `now` milliseconds since 1970. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"The query is longer than {LONGEST} characters.", LONGEST)
    return _Parser(text, _Context(tz, now)).parse()


class _Parser:
    def __init__(self, text: str, context: _Context) -> None:
        self._text = text
        self._context = context
        self._tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup]
        self._next = 0
        self._terms = 0

    def parse(self) -> Query:
        query = self._either(0)
        if (token := self._peek()) is not None:
            raise QueryError("There is no '(' for this ')'.", token.start("close"))
        return query

    def _peek(self) -> re.Match[str] | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _either(self, depth: int) -> Query:
        options = [self._all(depth)]
        while (token := self._peek()) is not None and token["word"] == "OR":
            self._next += 1
            if (following := self._peek()) is None or following["close"] or following["word"] == "OR":
                raise QueryError("Something must follow OR.", token.end())
            options.append(self._all(depth))
        if len(options) > 1 and any(isinstance(option, Everything) for option in options):
            raise QueryError("Something must stand before OR.", 0)
        return options[0] if len(options) == 1 else Or(tuple(options))

    def _all(self, depth: int) -> Query:
        terms: list[Query] = []
        while (token := self._peek()) is not None and not token["close"] and token["word"] != "OR":
            if token["word"] == "AND":
                self._next += 1
                continue
            terms.append(self._negated(depth))
        if not terms:
            return Everything()
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _negated(self, depth: int) -> Query:
        token = self._tokens[self._next]
        if token["minus"] or token["word"] == "NOT":
            self._next += 1
            if (following := self._peek()) is None or following["close"]:
                raise QueryError("Something must follow the negation.", token.end())
            if depth >= DEEPEST:
                raise QueryError(f"The query is nested deeper than {DEEPEST}.", token.start())
            return Not(self._negated(depth + 1))
        return self._term(depth)

    def _term(self, depth: int) -> Query:
        token = self._tokens[self._next]
        self._next += 1
        if token["open"]:
            if depth >= DEEPEST:
                raise QueryError(f"The query is nested deeper than {DEEPEST}.", token.start("open"))
            inner = self._either(depth + 1)
            if self._peek() is None:
                raise QueryError("There is no ')' for this '('.", token.start("open"))
            self._next += 1
            return inner
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise QueryError(f"The query has more than {MOST_TERMS} terms.", token.start())
        if token["field"] is not None:
            return _field(token, self._context)
        return _free(token)


_DAY = 86_400_000
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": _DAY, "w": 7 * _DAY}
_SIZES = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20}
_ROLES = {
    "from": ("from",),
    "to": ("to", "cc", "rcpt"),  # wider than `to` of a summary: who was meant to get it
    "cc": ("cc",),
    "bcc": ("bcc",),
    "rcpt": ("rcpt",),
    "sender": ("sender", "mail_from"),
    "reply-to": ("reply_to",),
}
_STATES: dict[str, Is] = {
    "read": Is("read"),
    "seen": Is("read"),
    "unread": Is("read", value=False),
    "unseen": Is("read", value=False),
    "pinned": Is("pinned"),
    "flagged": Is("pinned"),
    "binned": Is("binned"),
}


def _free(token: re.Match[str]) -> Query:
    text = token["phrase"] if token["phrase"] is not None else token["word"]
    if text.startswith('"') and (len(text) < 2 or not text.endswith('"')):
        raise QueryError("The quotation mark is not closed.", token.start("phrase"), f'{text}"')
    found = tuple(words(fold(text)))
    if not found:
        return Everything()
    return Words(found, prefix=not text.startswith('"'))


def _field(token: re.Match[str], context: _Context) -> Query:
    name, position = token["field"].lower(), token.start("field")
    value = token["value"]
    at = token.start("value")
    if value.startswith('"'):
        if len(value) < 2 or not value.endswith('"'):
            raise QueryError("The quotation mark is not closed.", at, f'{value}"')
        value = value[1:-1]
    return term(name, value, position, at, context)


def term(name: str, value: str, position: int, at: int, context: _Context) -> Query:
    """Return the AST of one field term. Raises QueryError at `position` (the name) or `at` (the value)."""
    make = FIELDS.get(name)
    if name in _LATER:
        raise QueryError(f"The field {name!r} cannot be searched yet.", position)
    if make is None:
        near = difflib.get_close_matches(name, FIELDS, 1)
        raise QueryError(f"There is no field {name!r}.", position, near[0] if near else None)
    if not value.strip():
        raise QueryError(f"A value must follow {name}:", at)
    return make(name, value, at, context)


def _address(name: str, value: str, at: int, context: _Context) -> Query:
    roles, text = _ROLES[name], value.strip().strip("<>")
    if "*" in text or "?" in text:
        return AddressIs(roles, glob=text.casefold().replace("[", "[[]"))
    if text.startswith("@"):
        return AddressIs(roles, domain=key_of(f"x{text}").domain)
    if "@" in text:
        return AddressIs(roles, key=key_of(text).key)
    return AddressIs(roles, name=text.casefold())


def _contains(name: str, value: str, at: int, context: _Context) -> Query:
    return Contains("subject" if name == "subject" else "body", fold(value))


def _has(name: str, value: str, at: int, context: _Context) -> Query:
    if value.lower() not in ("attachment", "attachments"):
        raise QueryError(f"has: knows only 'attachment', not {value!r}.", at, "attachment")
    return HasAttachment()


def _is(name: str, value: str, at: int, context: _Context) -> Query:
    state = _STATES.get(value.lower())
    if state is None:
        near = difflib.get_close_matches(value.lower(), _STATES, 1)
        raise QueryError(f"is: does not know {value!r}.", at, near[0] if near else "unread")
    return state


def _named(name: str, value: str, at: int, context: _Context) -> Query:
    if name == "message-id":
        return Named("message_id", value if value.startswith("<") else f"<{value}>")
    return Named({"tag": "tag", "inbox": "inbox", "id": "id"}[name], value)  # type: ignore[arg-type]


def _size(name: str, value: str, at: int, context: _Context) -> Query:
    match = re.fullmatch(r"(\d{1,12})\s*([a-z]*)", value.lower())
    if match is None or match[2] not in _SIZES:
        raise QueryError(f"{value!r} is not a size.", at, "100kb")
    size = int(match[1]) * _SIZES[match[2]]
    return Compares("size", ">=", size + 1) if name == "larger" else Compares("size", "<", size)


def _date(name: str, value: str, at: int, context: _Context) -> Query:
    moment = _moment(value, context)
    if moment is None:
        raise QueryError(f"{value!r} is not a date.", at, "2026-11-01")
    start, _ = moment
    if name in ("before", "older"):
        return Compares("received_at", "<", start)
    return Compares("received_at", ">=", start)


def _moment(value: str, context: _Context) -> tuple[int, int] | None:
    """Return where the named span begins and ends, in milliseconds."""
    if match := re.fullmatch(r"(\d{1,6})([smhdw])", value):
        start = context.now - int(match[1]) * _UNITS[match[2]]
        return start, start
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=context.tz)
    start = int(parsed.timestamp() * 1000)
    return start, start + (_DAY if len(value) == 10 else 0)


_Make = Callable[[str, str, int, _Context], Query]
FIELDS: dict[str, _Make] = {
    **dict.fromkeys(_ROLES, _address),
    "subject": _contains,
    "text": _contains,
    "has": _has,
    "is": _is,
    "larger": _size,
    "smaller": _size,
    "before": _date,
    "after": _date,
    "newer": _date,
    "older": _date,
    "tag": _named,
    "inbox": _named,
    "id": _named,
    "message-id": _named,
}
