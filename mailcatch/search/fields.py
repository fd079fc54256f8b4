"""The fields of the language: what each makes of its value, for every spelling of a query."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from mailcatch.address import a_label, key_of
from mailcatch.errors import QueryError
from mailcatch.ids import is_id
from mailcatch.search.fold import fold
from mailcatch.search.query import All, And, Field, Not, Operator, Query, Term, checked
from mailcatch.search.tokens import Mistake, quoted
from mailcatch.search.values import Now, moment_like, read_moment, read_size

LONGEST = 4_096
"""Characters that a query, or a parameter of one, may have."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_HEADER = re.compile(r"([!-9;-<>-~]+)(?:=(.*))?", re.DOTALL)  # field-name of RFC 5322 §3.6.8, but for "="
_INBOX = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_OPERATORS: dict[str, Operator] = {"<": "lt", ">": "gt", "": "eq"}


@dataclass(frozen=True, slots=True)
class Spelt:
    """One term as it was written: the name in lower case, the value without quotes, where they begin and end."""

    name: str
    value: str
    at: int
    value_at: int
    end: int
    now: Now

    def wrong(self, sentence: str, right: str | None = None) -> Mistake:
        """Return the mistake of a value that says nothing."""
        return Mistake(sentence, self.value_at, self.end, right)


def term(spelt: Spelt) -> Query:
    """Return the AST of one term. Raises Mistake at its name or at its value."""
    read = FIELDS.get(spelt.name)
    if read is None:
        raise _unknown(spelt)
    if not fold(spelt.value):
        raise spelt.wrong(f"A value must follow {spelt.name}: without a blank; quote one that has blanks or brackets.")
    return read(spelt)


def _unknown(spelt: Spelt) -> Mistake:
    sentence = f"There is no field {spelt.name[:40]}: to search by; what is no field belongs in quotes."
    if near := difflib.get_close_matches(spelt.name.replace("_", "-"), FIELDS, 1):
        return Mistake(sentence, spelt.at, spelt.value_at, f"{near[0]}:")
    return Mistake(sentence, spelt.at, spelt.end, quoted(f"{spelt.name}:{spelt.value}"))


def from_fields(fields: Mapping[str, str], *, tz: tzinfo = UTC, now: int | None = None) -> Query:
    """Return the AST of parameters as in `?rcpt=bob@x.test&subject=Reset`, all of which must match.

    `now` is milliseconds since 1970, by default the clock's. Positions in errors count from the value's beginning.
    Raises QueryError; also for `before` and `after`, which are page cursors outside of `q`.
    """
    here = Now(time.time_ns() // 1_000_000 if now is None else now, tz)
    terms = tuple([_parameter(name, storable(value), here) for name, value in fields.items()])
    return checked(All() if not terms else terms[0] if len(terms) == 1 else And(terms))


def _parameter(name: str, value: str, now: Now) -> Query:
    if name in ("before", "after"):
        raise QueryError(f"{name} is the cursor of a page; dates go into q, as in q={name}:2026-11-01.")
    if len(value) > LONGEST:
        raise QueryError(f"{name} is longer than {LONGEST} characters.", LONGEST)
    try:
        return term(Spelt(name, value, 0, 0, len(value), now))
    except Mistake as mistake:
        raise QueryError(str(mistake), mistake.at, mistake.right) from None


def storable(text: str) -> str:
    """Return `text` with lone surrogates replaced, which no database takes; every character keeps its place."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _address(spelt: Spelt) -> Query:
    """Read an address: exact; `*` for anything, `@domain` for a whole domain; without `@` a part of name or address."""
    text = spelt.value.strip()
    if len(text) > 2 and text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    if text.startswith("@") and len(text) > 1:
        text = f"*{text}"
    if "*" in text:
        return _term(spelt, "glob", _glob(text))
    if "@" in text:
        return _term(spelt, "eq", key_of(text).key)
    return _term(spelt, "contains", fold(text))


def _glob(text: str) -> str:
    """Bring a pattern into the form of keys; several `*` in a row are one."""
    local, at, domain = re.sub(r"\*+", "*", text).rpartition("@")
    domain = ".".join([label if "*" in label else a_label(label) for label in domain.split(".")]).removesuffix(".")
    return fold(local) + at + fold(domain)


def _term(spelt: Spelt, operator: Operator, value: str | int = "", name: str = "", field: Field | None = None) -> Term:
    which: Field = field or spelt.name  # type: ignore[assignment]  # the key of FIELDS is a Field where it is not given
    return Term(which, operator, value, name, spelt.at)


def _contains(spelt: Spelt) -> Query:
    return _term(spelt, "contains", fold(spelt.value))


def _equals(spelt: Spelt) -> Query:
    return _term(spelt, "eq", spelt.value.strip())


def _has(spelt: Spelt) -> Query:
    what = spelt.value.lower()
    if what not in ("attachment", "link", "code", "html"):
        raise spelt.wrong(f"has: does not know {_short(spelt.value)}.", "attachment")
    return _term(spelt, "exists", field=what)  # type: ignore[arg-type]  # one of four fields


_OTHER_STATES = {
    **{"seen": "read", "unseen": "unread", "new": "unread", "flagged": "pinned", "starred": "pinned"},
    **dict.fromkeys(("bin", "trash", "trashed", "deleted"), "binned"),
}
_STATES = ("read", "unread", "pinned", "binned")


def _is(spelt: Spelt) -> Query:
    state = spelt.value.lower()
    if state == "unread":
        return Not(_term(spelt, "eq", "read"))
    if state not in _STATES:
        near = [_OTHER_STATES[state]] if state in _OTHER_STATES else difflib.get_close_matches(state, _STATES, 1)
        raise spelt.wrong(f"is: knows {', '.join(_STATES)}, not {_short(spelt.value)}.", near[0] if near else None)
    return _term(spelt, "eq", state)


def _size(spelt: Spelt) -> Query:
    sign = spelt.value[:1] if spelt.name == "size" and spelt.value[:1] in "<>" else ""
    size = read_size(spelt.value[len(sign) :])
    if size is None:
        raise spelt.wrong(f"{_short(spelt.value)} is not a size.", "100k")
    operator = {"larger": "gt", "smaller": "lt"}.get(spelt.name) or _OPERATORS[sign]
    return _term(spelt, operator, size, field="size")  # type: ignore[arg-type]  # one of the operators above


def _date(spelt: Spelt) -> Query:
    moment = read_moment(spelt.value.strip(), spelt.now)
    if moment is None:
        raise spelt.wrong(
            f"{_short(spelt.value)} is not a date, as 2026-11-01, 2026-11-01T09:30Z or 7d are.",
            moment_like(spelt.value.strip(), spelt.now),
        )
    return _term(spelt, "ge" if spelt.name in ("after", "newer") else "lt", moment, field="date")


def _inbox(spelt: Spelt) -> Query:
    name = spelt.value.strip().lower()
    if not _INBOX.fullmatch(name):
        raise spelt.wrong("The name of an inbox is made of a-z, 0-9, '.', '_' and '-', 63 at most.")
    return _term(spelt, "eq", name)


def _id(spelt: Spelt) -> Query:
    id = spelt.value.strip().upper()
    if not is_id(id):
        raise spelt.wrong(f"{_short(spelt.value)} is not an id: one has 26 letters and digits.")
    return _term(spelt, "eq", id)


def _message_id(spelt: Spelt) -> Query:
    text = spelt.value.strip()
    return _term(spelt, "eq", text if text.startswith("<") else f"<{text}>")


def _header(spelt: Spelt) -> Query:
    match = _HEADER.fullmatch(spelt.value)
    if match is None:
        raise spelt.wrong("A header is written header:Name=value, or header:Name.", "X-Name=value")
    name, value = match[1].lower(), match[2]
    return _term(spelt, "exists", name=name) if value is None else _term(spelt, "contains", fold(value), name)


def _attachment(spelt: Spelt) -> Query:
    text = fold(spelt.value)
    return _term(spelt, "glob" if "*" in text else "contains", text, "filename")


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")


_Read = Callable[[Spelt], Query]
FIELDS: dict[str, _Read] = {
    **dict.fromkeys(("to", "cc", "bcc", "from", "reply-to", "sender", "rcpt"), _address),
    **dict.fromkeys(("subject", "text", "html", "body", "link", "code"), _contains),
    **dict.fromkeys(("user", "helo", "peer", "tls", "tag"), _equals),
    **dict.fromkeys(("size", "larger", "smaller"), _size),
    **dict.fromkeys(("before", "after", "newer", "older"), _date),
    "header": _header,
    "attachment": _attachment,
    "inbox": _inbox,
    "id": _id,
    "message-id": _message_id,
    "is": _is,
    "has": _has,
}
"""Every field of the language, by the name it is written with."""
