"""What SMTP saw since a moment: how many connections, how much mail, and what was refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailcatch.model import Session
from mailcatch.store.api import Reader

WRONG = "user or password is wrong: "
"""With this a dialogue remarks as whom a client tried to log in."""

_SESSIONS = 50
_ANSWERS = ("***", "*")  # what a client says within AUTH, as the transcript keeps it
_REPLY = re.compile(r"([45]\d\d)[ -](?:(\d\.\d{1,3}\.\d{1,3}) )?(.*)")


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
class Fruitless:
    """A dialogue that brought no mail although nothing was refused: how it ended, and who it was."""

    outcome: str
    peer: str
    session: str


@dataclass(frozen=True, slots=True)
class SmtpSeen:
    """What SMTP saw since the expectation's beginning."""

    connections: int
    messages: int
    rejected: tuple[Refusal, ...]
    fruitless: tuple[Fruitless, ...] = ()


def smtp_since(store: Reader, began: int) -> SmtpSeen:
    """Return what SMTP saw since `began`, milliseconds since 1970."""
    connections = messages = 0
    rejected: list[Refusal] = []
    fruitless: list[Fruitless] = []
    for session in store.sessions(limit=_SESSIONS).sessions:
        if session.protocol not in ("SMTP", "ESMTP") or (session.ended_at or began) < began:
            continue
        connections += 1
        messages += session.accepted
        refused = _refused(store, session) if len(rejected) < _SESSIONS else []
        rejected += refused
        if not session.accepted and not refused:
            fruitless.append(Fruitless(session.outcome or "still open", session.peer, session.id))
    return SmtpSeen(connections, messages, tuple(rejected), tuple(fruitless))


def _refused(store: Reader, session: Session) -> list[Refusal]:
    """Return what was refused in a dialogue; TLS that came to nothing counts there, and no reply says so."""
    return list(_refusals(store.session(session.id)[0])) if session.rejected else []


def _refusals(session: Session) -> Iterator[Refusal]:
    said, user = "", session.auth_user
    for line in session.transcript or ():
        if line.direction == "C" and line.line not in _ANSWERS:
            said = line.line
        elif line.direction == "*" and line.line.startswith(WRONG):
            user = line.line.removeprefix(WRONG)
        elif line.direction == "S" and (reply := _REPLY.match(line.line)):
            verb = said.split(" ", 1)[0].upper()
            yield Refusal(int(reply[1]), reply[2], reply[3] or line.line, verb, user, session.peer, session.id)
