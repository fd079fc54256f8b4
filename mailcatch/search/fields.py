"""The fields of the language: what each makes of its value, for every spelling of a query."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, get_args

from mailcatch.address import a_label, key_of
from mailcatch.errors import QueryError
from mailcatch.ids import is_id
from mailcatch.search.comparing import compiled
from mailcatch.search.fold import fold
from mailcatch.search.query import And, Field, Not, Operator, Query, Term
from mailcatch.search.tokens import Mistake, quoted
from mailcatch.search.values import Now, moment_like, read_moment, read_size, read_span

LONGEST = 4_096
"""Characters that a query, or a parameter of one, may have."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_HEADER = re.compile(r"([!-9;-<>-~]+)(?:=(.*))?", re.DOTALL)  # field-name of RFC 5322 §3.6.8, but for "="
_INBOX = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_GROUPING = re.compile(r"[\s-]+")
_TRUTH = {"true": True, "false": False}


class Bracket(NamedTuple):
    """What stands in brackets behind a field's name, and where that begins: `header[X-Run]`, `subject[regex]`."""

    text: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Spelt:
    """One term as it was written: the name in lower case, the value without quotes, where they begin and end."""

    name: str
    value: str
    at: int
    value_at: int
    end: int
    now: Now
    brackets: tuple[Bracket, ...] = ()

    def wrong(self, sentence: str, right: str | None = None) -> Mistake:
        """Return the mistake of a value that says nothing."""
        return Mistake(sentence, self.value_at, self.end, right)


class UnknownField(Mistake):
    """There is no such field; `near` is the one that may have been meant."""

    near: str | None = None


@dataclass(frozen=True, slots=True)
class _Meant:
    """A term whose brackets are understood: the property that is asked for, and the operator if one was named."""

    spelt: Spelt
    property: str
    operator: Operator | None

    def term(self, operator: Operator, value: str | int = "", field: Field | None = None) -> Term:
        """Return the term."""
        which: Field = field or self.spelt.name  # type: ignore[assignment] # the key of FIELDS is a Field where it is not given
        return Term(which, operator, value, self.property, self.spelt.at)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field takes: the operators that may be named, the properties that it has, and how its value is read."""

    read: Callable[[_Meant], Query]
    operators: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()  # the first is meant where none is named


def term(spelt: Spelt) -> Query:
    """Return the AST of one term. Raises Mistake at its name, at a bracket, or at its value."""
    kind = FIELDS.get(spelt.name)
    if kind is None:
        raise _unknown(spelt)
    _must_follow(spelt, spelt)
    meant = _header_meant(spelt) if spelt.name == "header" else _meant(spelt, kind)
    if meant.operator == "exists":
        return _existing(meant)
    _must_follow(spelt, meant.spelt)
    return kind.read(meant)


def _must_follow(spelt: Spelt, value: Spelt) -> None:
    if not fold(value.value):
        raise value.wrong(f"A value must follow {spelt.name}: without a blank; quote one that has blanks or brackets.")


def _unknown(spelt: Spelt) -> UnknownField:
    sentence = f"There is no field {spelt.name[:40]}: to search by; what is no field belongs in quotes."
    if near := difflib.get_close_matches(spelt.name.replace("_", "-"), FIELDS, 1):
        mistake = UnknownField(sentence, spelt.at, spelt.at + len(spelt.name), near[0])
        mistake.near = near[0]
        return mistake
    whole = spelt.name + "".join([f"[{each.text}]" for each in spelt.brackets])
    return UnknownField(sentence, spelt.at, spelt.end, quoted(f"{whole}:{spelt.value}"))


# Brackets


def _meant(spelt: Spelt, kind: Kind) -> _Meant:
    """Tell the brackets behind a name apart: a property, an operator, one of each."""
    what, operator = kind.properties[0] if kind.properties else "", None
    named = False
    for bracket in spelt.brackets:
        text = bracket.text.lower()
        if text in kind.properties and not named and operator is None:
            what, named = text, True
        elif text in kind.operators and operator is None:
            operator = _operator(text)
        else:
            raise _bracket(spelt, bracket, [*kind.operators, *([] if named else kind.properties)])
    return _Meant(spelt, what, operator)


def _header_meant(spelt: Spelt) -> _Meant:
    """Read `header[Name]`, `header[Name][operator]`, and `header:Name=value`."""
    if not spelt.brackets:
        match = _HEADER.fullmatch(spelt.value)
        if match is None:
            raise spelt.wrong("A header is written header:Name=value, or header:Name.", "X-Name=value")
        at = spelt.value_at + len(match[1]) + 1
        inner = Spelt(spelt.name, match[2] or "", spelt.at, at, spelt.end, spelt.now)
        return _Meant(inner, match[1].lower(), "exists" if match[2] is None else None)
    name, *rest = spelt.brackets
    if not _HEADER.fullmatch(name.text) or "=" in name.text:
        raise Mistake("A header is written header[Name].", name.at, name.at + len(name.text), "X-Name")
    operator: Operator | None = None
    for bracket in rest:
        if operator is not None or bracket.text.lower() not in _TEXT:
            raise _bracket(spelt, bracket, [] if operator else list(_TEXT))
        operator = _operator(bracket.text.lower())
    return _Meant(spelt, name.text.lower(), operator)


def _operator(name: str) -> Operator:
    assert name in get_args(Operator)  # noqa: S101 - for the type checker; the kinds name nothing else
    return name  # type: ignore[return-value]


def _bracket(spelt: Spelt, bracket: Bracket, known: list[str]) -> Mistake:
    knows = f"knows {', '.join(known)}" if known else "takes nothing in brackets here"
    near = difflib.get_close_matches(bracket.text.lower(), known, 1) or [_ALIASES.get(bracket.text.lower(), "")]
    right = near[0] if near[0] in known else None
    return Mistake(
        f"{spelt.name} {knows}, not {_short(bracket.text)}.", bracket.at, bracket.at + len(bracket.text), right
    )


_ALIASES = {
    **{"=": "eq", "is": "eq", "equals": "eq", "equal": "eq", "exact": "eq", ">": "gt", "<": "lt", "~": "regex"},
    **{"re": "regex", "regexp": "regex", "matches": "regex", "match": "regex", "like": "glob", "in": "contains"},
    **{"name": "filename", "content_type": "type", "content-type": "type", "href": "url", "exist": "exists"},
}


# Values


def storable(text: str) -> str:
    """Return `text` with lone surrogates replaced, which no database takes; every character keeps its place."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _existing(meant: _Meant) -> Query:
    """Read `[exists]:true` and `[exists]:false`; `header:Name` has no value."""
    said = meant.spelt.value.strip().lower() or "true"
    if said not in _TRUTH:
        raise meant.spelt.wrong(f"[exists] takes true or false, not {_short(meant.spelt.value)}.", "true")
    what = _Meant(meant.spelt, "" if meant.spelt.name == "attachment" else meant.property, None)
    found: Query = what.term("exists")
    return found if _TRUTH[said] else Not(found)


def _compared(meant: _Meant, default: Operator) -> Query:
    """Read a text that is compared folded."""
    value = meant.spelt.value
    match meant.operator or default:
        case "regex":
            return meant.term("regex", _pattern(meant))
        case operator:
            return meant.term(operator, fold(value))


def _pattern(meant: _Meant) -> str:
    pattern = meant.spelt.value.replace("\0", " ")
    try:
        compiled(pattern)
    except QueryError as error:
        raise meant.spelt.wrong(str(error), quoted(re.escape(pattern)) if len(pattern) < _QUOTABLE else None) from None
    return pattern


_QUOTABLE = 200  # characters of a pattern that a suggestion repeats


def _address(meant: _Meant) -> Query:
    """Read an address: exact; `*` for anything, `@domain` for a whole domain; without `@` a part of name or address."""
    text = meant.spelt.value.strip()
    if meant.operator in ("contains", "regex"):
        return _compared(meant, "contains")
    if len(text) > 2 and text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    if meant.operator == "eq":
        return meant.term("eq", key_of(text).key)
    if text.startswith("@") and len(text) > 1:
        text = f"*{text}"
    if "*" in text or meant.operator == "glob":
        return meant.term("glob", _glob(text))
    return meant.term("eq", key_of(text).key) if "@" in text else meant.term("contains", fold(text))


def _glob(text: str) -> str:
    """Bring a pattern into the form of keys; several `*` in a row are one."""
    local, at, domain = re.sub(r"\*+", "*", text).rpartition("@")
    domain = ".".join([label if "*" in label else a_label(label) for label in domain.split(".")]).removesuffix(".")
    return fold(local) + at + fold(domain)


def _contains(meant: _Meant) -> Query:
    return _compared(meant, "contains")


def _equals(meant: _Meant) -> Query:
    """Read what is compared whole, unless `*` stands in it."""
    return _compared(meant, "glob" if "*" in meant.spelt.value else "eq")


def _attachment(meant: _Meant) -> Query:
    return _compared(meant, "glob" if "*" in meant.spelt.value else "contains")


def _code(meant: _Meant) -> Query:
    """Read a code: whole, and without what groups its digits."""
    found = _compared(meant, "eq")
    if isinstance(found, Term) and found.operator != "regex":
        return meant.term(found.operator, _GROUPING.sub("", str(found.value)))
    return found


def _tag(meant: _Meant) -> Query:
    if meant.operator in (None, "eq"):
        return meant.term("eq", meant.spelt.value.strip())
    return _compared(meant, "eq")


def _inbox(meant: _Meant) -> Query:
    if meant.operator not in (None, "eq"):
        return _compared(meant, "eq")
    name = meant.spelt.value.strip().lower()
    if not _INBOX.fullmatch(name):
        raise meant.spelt.wrong("The name of an inbox is made of a-z, 0-9, '.', '_' and '-', 63 at most.")
    return meant.term("eq", name)


def _message_id(meant: _Meant) -> Query:
    if meant.operator not in (None, "eq"):
        return _compared(meant, "eq")
    text = meant.spelt.value.strip()
    return meant.term("eq", text if text.startswith("<") else f"<{text}>")


def _has(meant: _Meant) -> Query:
    what = meant.spelt.value.strip().lower()
    if what not in _HAD:
        near = difflib.get_close_matches(what, _HAD, 1) or ["attachment"]
        raise meant.spelt.wrong(f"has: knows {', '.join(_HAD)}, not {_short(meant.spelt.value)}.", near[0])
    found = _Meant(meant.spelt, FIELDS[what].properties[0] if what == "link" else "", None)
    return found.term("exists", field=what)  # type: ignore[arg-type] # one of these fields


_HAD = ("attachment", "link", "code", "html", "text", "subject", "cc", "bcc", "reply-to", "tag", "user", "tls")


_OTHER_STATES = {
    **{"seen": "read", "unseen": "unread", "new": "unread", "flagged": "pinned", "starred": "pinned"},
    **dict.fromkeys(("bin", "trash", "trashed", "deleted"), "binned"),
}
_STATES = ("read", "unread", "pinned", "binned")


def _is(meant: _Meant) -> Query:
    state = meant.spelt.value.strip().lower()
    if state == "unread":
        return Not(meant.term("eq", "read"))
    if state not in _STATES:
        near = [_OTHER_STATES[state]] if state in _OTHER_STATES else difflib.get_close_matches(state, _STATES, 1)
        sentence = f"is: knows {', '.join(_STATES)}, not {_short(meant.spelt.value)}."
        raise meant.spelt.wrong(sentence, near[0] if near else None)
    return meant.term("eq", state)


_SIGNS: dict[str, Operator] = {"<": "lt", ">": "gt"}


def _size(meant: _Meant) -> Query:
    spelt = meant.spelt
    sign = spelt.value[:1] if spelt.name == "size" and meant.operator is None and spelt.value[:1] in "<>" else ""
    size = read_size(spelt.value[len(sign) :])
    if size is None:
        raise spelt.wrong(f"{_short(spelt.value)} is not a size.", "100k")
    beyond: dict[str, Operator] = {"larger": "gt", "smaller": "lt"}
    return meant.term(beyond.get(spelt.name) or meant.operator or _SIGNS.get(sign, "eq"), size, "size")


def _date(meant: _Meant) -> Query:
    moment = read_moment(meant.spelt.value.strip(), meant.spelt.now)
    if moment is None:
        raise _no_date(meant.spelt)
    return meant.term("ge" if meant.spelt.name in ("after", "newer") else "lt", moment, "date")


def _span(meant: _Meant) -> Query:
    """Read `date:`: a year, a month, a day, a moment; `gt` is after all of it, `lt` before it begins."""
    span = read_span(meant.spelt.value.strip(), meant.spelt.now)
    if span is None:
        raise _no_date(meant.spelt)
    begin, end = span
    if meant.operator in ("gt", "lt"):
        return meant.term("ge", end) if meant.operator == "gt" else meant.term("lt", begin)
    return And((meant.term("ge", begin), meant.term("lt", end)))


def _no_date(spelt: Spelt) -> Mistake:
    return spelt.wrong(
        f"{_short(spelt.value)} is not a date, as 2026-11-01, 2026-11-01T09:30Z or 7d are.",
        moment_like(spelt.value.strip(), spelt.now),
    )


def _id(meant: _Meant) -> Query:
    id = meant.spelt.value.strip().upper()
    if not is_id(id):
        raise meant.spelt.wrong(f"{_short(meant.spelt.value)} is not an id: one has 26 letters and digits.")
    return meant.term("eq", id)


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")


_TEXT = ("eq", "contains", "glob", "regex", "exists")
_NUMBER = ("eq", "gt", "lt")
FIELDS: dict[str, Kind] = {
    **dict.fromkeys(("to", "cc", "bcc", "from", "reply-to", "sender", "rcpt"), Kind(_address, _TEXT)),
    **dict.fromkeys(("subject", "text", "html", "body"), Kind(_contains, _TEXT)),
    "header": Kind(_equals, _TEXT),
    "attachment": Kind(_attachment, _TEXT, ("filename", "type")),
    "link": Kind(_contains, _TEXT, ("url", "text", "host", "kind")),
    "code": Kind(_code, _TEXT),
    **dict.fromkeys(("user", "helo", "peer"), Kind(_equals, _TEXT)),
    "tls": Kind(_contains, _TEXT),
    "tag": Kind(_tag, _TEXT),
    "inbox": Kind(_inbox, _TEXT),
    "message-id": Kind(_message_id, _TEXT),
    "id": Kind(_id, ("eq",)),
    "is": Kind(_is),
    "has": Kind(_has),
    "size": Kind(_size, _NUMBER),
    **dict.fromkeys(("larger", "smaller"), Kind(_size)),
    "date": Kind(_span, _NUMBER),
    **dict.fromkeys(("before", "after", "newer", "older"), Kind(_date)),
}
"""Every field of the language, by the name it is written with."""
