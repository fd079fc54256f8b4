"""Why no mail matched: the messages that came nearest, leaf by leaf, and what SMTP saw meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailcatch.address import key_of
from mailcatch.inbox.expecting import Expectation, Progress
from mailcatch.model import Address, Session, Summary, TranscriptLine
from mailcatch.search.fold import fold
from mailcatch.search.predicate import predicate
from mailcatch.search.query import ROLES, And, Not, Or, Query, Term, Word, mentions_bin
from mailcatch.store.api import Reader, Seen

NEAREST = 3
"""How many messages an explanation shows."""

LOOKED_AT = 500
"""The newest messages, among which the nearest are looked for."""

_SESSIONS = 50
_LONGEST = 200  # characters of a value that is shown, and of texts whose difference is counted
_CLOSE = 0.4  # of an expected text's characters may differ for it to be called a slip
_REPLY = re.compile(r"([45]\d\d)[ -](?:(\d\.\d{1,3}\.\d{1,3}) )?(.*)")

_WORDS = {"eq": "=", "contains": "contains", "glob": "matches", "exists": "is there", "lt": "<", "le": "<=", "gt": ">",
          "ge": ">="}  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Near:
    """A message that came near; the conditions of the query first, then those of where it was looked for."""

    summary: Summary
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What SMTP refused: the code, the client's line, and who it was."""

    code: int
    enhanced: str | None
    text: str
    verb: str
    user: str | None
    peer: str
    session: str


@dataclass(frozen=True, slots=True)
class SmtpSeen:
    """What SMTP saw since the expectation's beginning."""

    connections: int
    messages: int
    rejected: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an expectation is not fulfilled: as data, and as text for people."""

    criteria: tuple[str, ...]
    nearest: tuple[Near, ...]
    smtp: SmtpSeen
    text: str


def explain(store: Reader, progress: Progress, listeners: Sequence[str]) -> Explanation:
    """Explain what is there and does not match. `listeners` are SMTP's, as `host:port`. Raises what reading raises."""
    expectation = progress.expectation
    began = _began(store, expectation)
    leaves = list(_leaves(expectation.query, negated=False))
    seen = store.newest(LOOKED_AT)
    matched = {summary.id for summary in progress.matched}
    near = sorted(
        (_near(each, leaves, expectation, began) for each in seen if each.summary.id not in matched), key=_rank
    )[:NEAREST]
    nearest = tuple(each for each in near if any(leaf.passed or leaf.distance < 1 for leaf in each.leaves))
    smtp = _smtp(store, began)
    criteria = tuple(_described(leaf, negated=negated) for leaf, negated in leaves)
    text = _text(progress, criteria, nearest, smtp, began, len(seen), listeners)
    return Explanation(criteria, nearest, smtp, text)


def _began(store: Reader, expectation: Expectation) -> int:
    """Return when the first message that counts could come, in milliseconds since 1970; 0 is ever."""
    if expectation.since <= 0:
        return 0
    before = store.events(expectation.since - 1, 1).events
    return before[0].at if before else 0


# Leaf by leaf


def _leaves(query: Query, *, negated: bool) -> Iterator[tuple[Word | Term, bool]]:
    match query:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _leaves(term, negated=negated)
        case Not(term):
            yield from _leaves(term, negated=not negated)
        case Word() | Term():
            yield query, negated


def _near(seen: Seen, leaves: Sequence[tuple[Word | Term, bool]], expectation: Expectation, began: int) -> Near:
    judged = [_judged(seen, leaf, negated=negated) for leaf, negated in leaves]
    return Near(seen.summary, (*judged, *_places(seen.summary, expectation, began)))


def _rank(near: Near) -> tuple[float, int]:
    missed = sum(min(1.0, 0.5 + leaf.distance) for leaf in near.leaves if not leaf.passed)
    return missed, -near.summary.seq


def _judged(seen: Seen, leaf: Word | Term, *, negated: bool) -> Leaf:
    passed = predicate(leaf)(seen.candidate) != negated
    field, operator, expected = _parts(leaf, negated=negated)
    actual = _actual(seen.summary, leaf)
    why, distance = (None, 0.0) if passed else _why(seen, leaf, actual, negated=negated)
    return Leaf(field, operator, expected, actual[:_LONGEST], passed, why, distance)


def _parts(leaf: Word | Term, *, negated: bool) -> tuple[str, str, str]:
    if isinstance(leaf, Word):
        word = " ".join(leaf.words) + ("…" if leaf.prefix else "")
        return "words", "do not contain" if negated else "contain", repr(word)
    name = f"{leaf.field}:{leaf.name}" if leaf.name else leaf.field
    operator = _WORDS.get(leaf.operator, leaf.operator)
    expected = "" if leaf.operator == "exists" else _value(leaf)
    return name, f"not {operator}" if negated else operator, expected


def _value(leaf: Term) -> str:
    if leaf.field == "date":
        return _stamp(int(leaf.value))
    return str(leaf.value) if isinstance(leaf.value, int) else repr(leaf.value)


def _described(leaf: Word | Term, *, negated: bool) -> str:
    return " ".join(filter(None, _parts(leaf, negated=negated)))


def _actual(summary: Summary, leaf: Word | Term) -> str:
    """Return what the message has in the place that a leaf looks at."""
    if isinstance(leaf, Word):
        return f"{summary.subject} — {summary.snippet}"
    if leaf.field in ROLES:
        return ", ".join(dict.fromkeys(_addresses(summary, leaf.field)))
    values = {
        "subject": summary.subject,
        "text": summary.snippet,
        "size": str(summary.size),
        "date": _stamp(summary.received_at),
        "tag": ", ".join(summary.tags),
        "inbox": ", ".join(summary.inboxes),
        "id": summary.id,
        "message-id": summary.message_id or "",
        "attachment": f"{summary.attachment_count} attachments",
        "is": ", ".join(_states(summary)),
    }
    return values.get(leaf.field, "")


def _addresses(summary: Summary, field: str) -> list[str]:
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


def _why(seen: Seen, leaf: Word | Term, actual: str, *, negated: bool) -> tuple[str | None, float]:
    """Say why a leaf is not fulfilled, as far as that can be said, and how far off it is."""
    if negated:
        return "it must not", 0.5
    if isinstance(leaf, Word):
        return None, 1.0
    if leaf.field in ROLES and leaf.operator == "eq":
        return _why_address(seen, leaf)
    if leaf.field in ("subject", "text"):
        return _why_text(seen, leaf, actual)
    return None, 1.0


def _why_address(seen: Seen, leaf: Term) -> tuple[str | None, float]:
    wanted = str(leaf.value)
    roles: dict[str, list[str]] = {}
    for key, role, domain in seen.candidate.addresses:
        if domain:
            roles.setdefault(key, []).append(role)
    if wanted in roles:
        return f"it is there as {', '.join(_ROLE_NAMES[role] for role in roles[wanted])} only", 0.1
    for key in roles:
        if _without_tag(key) == _without_tag(wanted):
            return f"a plus tag differs: {key}", 0.1
    here = [key_of(each).key for each in _addresses(seen.summary, leaf.field)]
    return _closest(wanted, here)


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
    subject, _, body = seen.candidate.texts
    elsewhere = {"subject": ("the text", body), "text": ("the subject", subject)}[leaf.field]
    if wanted in elsewhere[1]:
        return f"it is in {elsewhere[0]}", 0.2
    why, distance = _closest(wanted, [fold(actual)], within=True)
    return why, distance


def _closest(wanted: str, others: Sequence[str], *, within: bool = False) -> tuple[str | None, float]:
    if not wanted or len(wanted) > _LONGEST:
        return None, 1.0
    best = min((_differing(wanted, other[:_LONGEST], within=within) for other in others if other), default=len(wanted))
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


def _places(summary: Summary, expectation: Expectation, began: int) -> Iterator[Leaf]:
    """Yield what is wrong with where a message is: before the cursor, in another inbox, in the Bin."""
    if summary.seq <= expectation.since:
        ago = max(0, began - summary.received_at) / 1000
        yield Leaf("since", ">", "the cursor", _stamp(summary.received_at), False, f"it came {ago:.1f} s before", 0.2)
    if expectation.inbox is not None and expectation.inbox not in summary.inboxes:
        actual = ", ".join(summary.inboxes)
        yield Leaf("inbox", "=", repr(expectation.inbox), actual, False, f"it is in {actual or 'no inbox'}", 0.2)
    if summary.binned and not mentions_bin(expectation.query):
        yield Leaf("is", "not", "'binned'", "binned", False, "it is in the Bin", 0.2)


# What SMTP saw


def _smtp(store: Reader, began: int) -> SmtpSeen:
    connections = messages = 0
    rejected: list[Refusal] = []
    for session in store.sessions(limit=_SESSIONS).sessions:
        if session.protocol not in ("SMTP", "ESMTP") or (session.ended_at or began) < began:
            continue
        connections += 1
        messages += session.accepted
        if session.rejected and len(rejected) < _SESSIONS:
            whole, _ = store.session(session.id)
            rejected += _refusals(whole)
    return SmtpSeen(connections, messages, tuple(rejected))


def _refusals(session: Session) -> Iterator[Refusal]:
    said = ""
    for line in session.transcript or ():
        if line.direction == "C":
            said = line.line
        elif line.direction == "S" and (reply := _REPLY.match(line.line)):
            yield _refusal(session, said, reply, line)


def _refusal(session: Session, said: str, reply: re.Match[str], line: TranscriptLine) -> Refusal:
    verb = said.split(" ", 1)[0].upper() if said else ""
    return Refusal(int(reply[1]), reply[2], reply[3] or line.line, verb, session.auth_user, session.peer, session.id)


# In words


def _text(  # noqa: PLR0917 - what there is to say, in its order
    progress: Progress,
    criteria: Sequence[str],
    nearest: Sequence[Near],
    smtp: SmtpSeen,
    began: int,
    looked_at: int,
    listeners: Sequence[str],
) -> str:
    lines = [_headline(progress), *[f"  {each}" for each in criteria or ("any mail",)]]
    lines += [f"Matched: {_name(each)}" for each in progress.matched[:NEAREST]]
    if nearest:
        lines.append(f"Nearest of {looked_at} message{'s' * (looked_at != 1)}:")
        for number, near in enumerate(nearest, 1):
            lines += _told(number, near, began)
    lines += _smtp_lines(smtp, listeners, since=progress.expectation.since > 0)
    return "\n".join(lines)


def _headline(progress: Progress) -> str:
    expectation, found = progress.expectation, len(progress.matched)
    count = expectation.count
    where = f" (inbox {expectation.inbox})" if expectation.inbox is not None else ""
    spent = f"{min(expectation.within, max(0.0, time.monotonic() - progress.began)):.1f} s"
    many = f"{found} message{'s' * (found != 1)}"
    if progress.deleted:
        return f"The inbox was deleted{where}"
    if count.most is not None and found > count.most:
        return f"{many} matched, {'none' if count.most == 0 else f'{count.most} at most'} expected{where}"
    if expectation.strict and found > max(1, count.least):
        return f"{many} matched, {max(1, count.least)} expected{where}"
    if expectation.until is not None and not progress.sentinel:
        return f"What the wait was to end with did not come in {spent}{where}"
    if found:
        return f"{many} of {count.least} matched in {spent}{where}"
    return f"No mail matched in {spent}{where}"


def _name(summary: Summary) -> str:
    return f"#{summary.seq} {summary.subject[:80]!r} to {', '.join(summary.rcpt_to[:3])}"


def _told(number: int, near: Near, began: int) -> Iterator[str]:
    summary = near.summary
    when = f" {(summary.received_at - began) / 1000:+.2f} s" if began else ""
    marks = "  ".join(f"{leaf.field} {'✓' if leaf.passed else '✗'}" for leaf in near.leaves)
    yield f" {number}. #{summary.seq}{when}  {marks}"
    for leaf in near.leaves:
        if leaf.passed:
            continue
        why = f"  ({leaf.why})" if leaf.why else ""
        yield f"      {leaf.field}: expected {leaf.operator} {leaf.expected}".rstrip()
        yield f"      {' ' * len(leaf.field)}  actual   {leaf.actual!r}{why}"


def _smtp_lines(smtp: SmtpSeen, listeners: Sequence[str], *, since: bool) -> Iterator[str]:
    when = "SMTP since the cursor: " if since else "SMTP: "
    if not smtp.connections:
        yield f"{when}0 connections. mailcatch listens on {', '.join(listeners) or 'no port for SMTP'}; from inside a"
        yield "container use the host name of the mailcatch service, not localhost. See 'Nothing arrives'."
        return
    numbers = ((smtp.connections, "connection"), (smtp.messages, "message"))
    counted = ", ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in numbers)
    yield f"{when}{counted}, {len(smtp.rejected)} rejected" + (":" if smtp.rejected else "")
    for each in smtp.rejected[:NEAREST]:
        who = f"user {each.user!r}, " if each.user else ""
        enhanced = f"{each.enhanced} " if each.enhanced else ""
        yield f"  {each.code} {enhanced}{each.text} ({each.verb}, {who}from {each.peer}): session {each.session}"


def _stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
