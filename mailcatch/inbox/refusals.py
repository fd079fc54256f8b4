"""What SMTP saw since a moment: how many connections, how much mail, and what was refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailcatch.model import Session, TranscriptLine
from mailcatch.store.api import Reader

_SESSIONS = 50
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
class SmtpSeen:
    """What SMTP saw since the expectation's beginning."""

    connections: int
    messages: int
    rejected: tuple[Refusal, ...]


def smtp_since(store: Reader, began: int) -> SmtpSeen:
    """Return what SMTP saw since `began`, milliseconds since 1970."""
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
