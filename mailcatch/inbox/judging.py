"""One message, condition by condition: what it has, whether that is what was asked for, and why not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailcatch.address import key_of
from mailcatch.errors import MailcatchError
from mailcatch.mime.headers import decode_words
from mailcatch.model import Address, Summary
from mailcatch.search.fold import fold
from mailcatch.search.predicate import Candidate, predicate
from mailcatch.search.query import ROLES, And, Not, Or, Query, Term, Word, opens
from mailcatch.store.api import Seen

LONGEST = 200
"""Characters of a value that is shown, and of texts whose difference is counted."""

_CLOSE = 0.4  # of an expected text's characters may differ for it to be called a slip

_WORDS = {"eq": "=", "contains": "contains", "glob": "matches", "regex": "matches the pattern", "exists": "is there",
          "lt": "<", "le": "<=", "gt": ">", "ge": ">="}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition, and how one message stands to it."""

    field: str
    operator: str
    expected: str
    actual: str
    passed: bool
    why: str | None = None
    distance: float = 0.0  # how far off, 0 to 1

    @property
    def described(self) -> str:
        """The condition in words."""
        return f"{self.field} {self.operator} {self.expected}".rstrip()


Condition = tuple[Word | Term, bool]
"""A word or term of a query, and whether it is negated."""


def conditions_of(query: Query, *, negated: bool = False) -> Iterator[Condition]:
    """Yield what a query asks, in its order."""
    match query:
        case And(terms) | Or(terms):
            for term in terms:
                yield from conditions_of(term, negated=negated)
        case Not(term):
            yield from conditions_of(term, negated=not negated)
        case Word() | Term():
            yield query, negated


def described(condition: Condition) -> str:
    """Return a condition in words."""
    return " ".join(filter(None, _parts(condition)))


def judged(seen: Seen, condition: Condition, *, gone: bool = False) -> Leaf:
    """Return how a message stands to a condition; of one that is gone there is no more than what lists showed."""
    leaf, negated = condition
    field, operator, expected = _parts(condition)
    if gone and isinstance(leaf, Term) and (opens(leaf) or _beyond(seen, leaf)):
        return Leaf(field, operator, expected, "", False, "it is gone with the message", 0.5)
    try:
        passed = predicate(leaf)(seen.candidate) != negated
        actual = _actual(seen, leaf)
    except MailcatchError as error:  # a pattern that is too slow, a message that cannot be opened now
        return Leaf(field, operator, expected, "", False, str(error), 1.0)
    why, distance = (None, 0.0) if passed else _why(seen, leaf, actual, negated=negated)
    return Leaf(field, operator, expected, actual[:LONGEST], passed, why, distance)


def stamp(ms: int) -> str:
    """Return a time as people read it, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _beyond(seen: Seen, leaf: Term) -> bool:
    """Tell whether a text that was there may have said what its first line does not."""
    return leaf.field == "text" and not predicate(leaf)(seen.candidate)


def _parts(condition: Condition) -> tuple[str, str, str]:
    leaf, negated = condition
    if isinstance(leaf, Word):
        word = " ".join(leaf.words) + ("…" if leaf.prefix else "")
        return "words", "do not contain" if negated else "contain", repr(word)
    name: str = leaf.field
    if leaf.name and (leaf.field, leaf.name) not in (("attachment", "filename"), ("link", "url")):
        name = f"{leaf.field}[{leaf.name}]"
    operator = _WORDS[leaf.operator]
    expected = "" if leaf.operator == "exists" else _value(leaf)
    if leaf.field == "is":
        return name, "not" if negated else operator, expected
    return name, f"not {operator}" if negated else operator, expected


def _value(leaf: Term) -> str:
    if leaf.field == "date":
        return stamp(int(leaf.value))
    return str(leaf.value) if isinstance(leaf.value, int) else repr(leaf.value)


# What is there


def _actual(seen: Seen, leaf: Word | Term) -> str:
    """Return what the message has in the place that a leaf looks at."""
    summary = seen.summary
    if isinstance(leaf, Word):
        return f"{summary.subject} — {summary.snippet}"
    if leaf.field in ROLES:
        return ", ".join(dict.fromkeys(addresses_of(summary, leaf.field)))
    if leaf.field in ("html", "body"):
        return summary.snippet
    if opens(leaf):
        return ", ".join(dict.fromkeys(seen.candidate.contents.values(leaf.field, leaf.name)))
    values = {
        "subject": summary.subject,
        "text": summary.snippet,
        "size": str(summary.size),
        "date": stamp(summary.received_at),
        "tag": ", ".join(summary.tags),
        "inbox": ", ".join(summary.inboxes),
        "id": summary.id,
        "message-id": summary.message_id or "",
        "attachment": f"{summary.attachment_count} attachments",
        "is": ", ".join(_states(summary)),
    }
    return values[leaf.field]


def addresses_of(summary: Summary, field: str) -> list[str]:
    """Return the addresses of a message that a field of the query looks at, as they were written."""
    headers: dict[str, tuple[Address, ...]] = {
        "from": summary.from_, "sender": summary.sender, "reply_to": summary.reply_to, "to": summary.to,
        "cc": summary.cc, "bcc": summary.bcc,
    }  # fmt: skip
    found: list[str] = []
    for role in ROLES[field]:
        if role == "rcpt":
            found += summary.rcpt_to
        elif role == "mail_from":
            found += [summary.mail_from] if summary.mail_from else []
        else:
            found += [address.address or address.name for address in headers[role]]
    return found


def _states(summary: Summary) -> list[str]:
    states = {"read": summary.read, "pinned": summary.pinned, "binned": summary.binned}
    return [name for name, there in states.items() if there] or ["unread"]


# Why it does not match


def _why(seen: Seen, leaf: Word | Term, actual: str, *, negated: bool) -> tuple[str | None, float]:
    """Say why a leaf is not fulfilled, as far as that can be said, and how far off it is."""
    if negated:
        return f"it is {leaf.value}" if isinstance(leaf, Term) and leaf.field == "is" else "it must not", 0.5
    if isinstance(leaf, Word):
        return None, 1.0
    if leaf.field in ROLES and leaf.operator == "eq":
        return _why_address(seen, leaf)
    if leaf.field in ("subject", "text", "html", "body"):
        return _why_text(seen, leaf, actual)
    if leaf.field in ("tag", "message-id", "header", "attachment", "link", "code", "user", "helo"):
        return _why_value(seen, leaf)
    return None, 1.0


def _why_address(seen: Seen, leaf: Term) -> tuple[str | None, float]:
    wanted = str(leaf.value)
    roles: dict[str, list[str]] = {}
    names: list[str] = []
    for key, role, domain in seen.candidate.addresses:
        if domain:
            roles.setdefault(key, []).append(role)
        elif role in ROLES[leaf.field]:
            names.append(key)
    if wanted in roles:
        return f"it is there as {', '.join(_ROLE_NAMES[role] for role in roles[wanted])} only", 0.1
    if wanted in names:
        return "it is there as a display name only", 0.1
    for key in roles:
        if _without_tag(key) == _without_tag(wanted):
            return f"a plus tag differs: {key}", 0.1
    here = [key_of(each).key for each in addresses_of(seen.summary, leaf.field)]
    return closest(wanted, here)


_ROLE_NAMES = {
    "rcpt": "a recipient of the envelope",
    "mail_from": "the sender of the envelope",
    "from": "From",
    "sender": "Sender",
    "reply_to": "Reply-To",
    "to": "To",
    "cc": "Cc",
    "bcc": "Bcc",
}


def _without_tag(key: str) -> str:
    local, at, domain = key.rpartition("@")
    return local.partition("+")[0] + at + domain


def _why_text(seen: Seen, leaf: Term, actual: str) -> tuple[str | None, float]:
    wanted = str(leaf.value)
    if leaf.operator in ("contains", "eq"):
        if place := _elsewhere(seen.candidate, leaf.field, wanted):
            return f"it is in {place}", 0.2
        plain = fold(decode_words(wanted))
        if plain != wanted and plain in fold(actual):
            return "it is there decoded: a subject is compared as people read it", 0.1
        if wanted not in fold(actual) and _visible(wanted) in _visible(fold(actual)):
            return "characters that are not seen stand in it", 0.1
        if leaf.operator == "eq" and wanted in fold(actual):
            return "there is more in it; [contains] asks for a part", 0.1
        return closest(wanted, [fold(actual)], within=leaf.operator == "contains")
    return None, 0.5


def _elsewhere(candidate: Candidate, field: str, wanted: str) -> str | None:
    """Return where else in the message a text stands."""
    subject, _, body = candidate.texts
    places = {"the subject": subject, "the text": body}
    places.pop({"subject": "the subject", "text": "the text", "body": "the text"}.get(field, ""), None)
    return next((place for place, text in places.items() if wanted in text), None)


def looked_closer(seen: Seen, condition: Condition, leaf: Leaf) -> Leaf:
    """Return a leaf with a reason for which the message must be opened, if there is none yet: done for a few only."""
    term, negated = condition
    if leaf.passed or negated or not isinstance(term, Term) or (term.field, term.operator) not in _MARKED_UP:
        return leaf
    try:
        html = seen.candidate.contents.values("html", "")
    except MailcatchError:
        return leaf
    if any(str(term.value) in each for each in html):
        return replace(leaf, why="it is in the source of the HTML only: html: and body: look there", distance=0.2)
    return leaf


_MARKED_UP = {("subject", "contains"), ("text", "contains")}


def _visible(text: str) -> str:
    """Return a text without the characters that have no shape: zero-width blanks, soft hyphens, marks of direction."""
    return "".join([each for each in text if unicodedata.category(each) != "Cf"])


def _why_value(seen: Seen, leaf: Term) -> tuple[str | None, float]:
    """Compare with names and with values of contents, of which there may be several."""
    wanted = str(leaf.value)
    if leaf.operator == "exists":
        return "there is none", 0.5
    here = _values(seen, leaf)
    if not here:
        return f"there is no {_thing(leaf)}", 0.5
    if leaf.operator == "eq" and fold(wanted) in map(fold, here):
        return "case differs", 0.1
    if leaf.operator == "eq" and any(fold(wanted) in fold(each) for each in here):
        return "there is more in it; [contains] asks for a part", 0.1
    return closest(fold(wanted), list(map(fold, here)), within=leaf.operator == "contains")


def _values(seen: Seen, leaf: Term) -> Sequence[str]:
    if leaf.field == "tag":
        return seen.summary.tags
    if leaf.field == "message-id":
        return [seen.summary.message_id] if seen.summary.message_id else []
    return seen.candidate.contents.values(leaf.field, leaf.name)


def _thing(leaf: Term) -> str:
    named = {"header": f"header {leaf.name}", "user": "AUTH user", "code": "code", "link": "link", "tag": "tag"}
    return named.get(leaf.field, leaf.field)


def closest(wanted: str, others: Sequence[str], *, within: bool = False) -> tuple[str | None, float]:
    """Return how many characters differ from the likest of the others, if that is few; and how far off it is."""
    if not wanted or len(wanted) > LONGEST:
        return None, 1.0
    best = min((_differing(wanted, other[:LONGEST], within=within) for other in others if other), default=len(wanted))
    if best > max(1, _CLOSE * len(wanted)):
        return None, 1.0
    return f"{best} character{'s differ' if best != 1 else ' differs'}", best / len(wanted)


def _differing(wanted: str, text: str, *, within: bool) -> int:
    """Return how many characters must change to make `text`, or with `within` a piece of it, into `wanted`."""
    row = [0] * (len(text) + 1) if within else list(range(len(text) + 1))
    for number, character in enumerate(wanted, 1):
        before, row = row, [number]
        for at, other in enumerate(text, 1):
            row.append(min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (character != other)))
    return min(row) if within else row[-1]
