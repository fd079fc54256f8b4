"""The Session of one connection, as it is kept: when its row is written, and how often."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypedDict, Unpack

from msgspec.structs import replace

from mailcatch.connection.transcript import Transcript
from mailcatch.errors import MailcatchError
from mailcatch.ids import new_id
from mailcatch.model import Protocol as Spoken
from mailcatch.model import Session, TranscriptLine

if TYPE_CHECKING:
    from mailcatch.inbox import Inbox

log = logging.getLogger(__name__)

SHORT = 4 << 10
"""Bytes of a transcript that is written with each mail and refusal."""

SECONDS = 1.0
"""A longer one is written at most this often, while the counters still go with each mail …"""

BYTES_A_SECOND = 16 << 10
"""… and a very long one more rarely, for it is written whole each time: so much of it a second on average."""


class Timer(Protocol):
    """What an event loop's `call_later` returns."""

    def cancel(self) -> None:
        """Do not call."""


class Facts(TypedDict, total=False):
    """What becomes known of a session."""

    helo: str | None
    protocol: Spoken
    auth_user: str | None
    tls: str | None
    ended_at: int
    outcome: str


class Record:
    """Collects what a dialogue says; its row appears with the first mail or refusal, and is brought up to date then."""

    def __init__(
        self, inbox: Inbox, peer: str, listener: str, call_later: Callable[[float, Callable[[], None]], Timer]
    ) -> None:
        self._inbox = inbox
        self._call_later = call_later
        self._timer: Timer | None = None
        self._kept = False
        self._ended = False
        self._accepted = self._rejected = 0
        self.transcript = Transcript()
        self.spoken = False
        self.session = Session(new_id(), "SMTP", listener, peer, started_at=time.time_ns() // 1_000_000)

    def note(self, **facts: Unpack[Facts]) -> None:
        """Note what became known: the client's name, its user, the end."""
        self.session = replace(self.session, **facts)

    def of_mail(self) -> Session:
        """Return the session as it goes with a mail, which counts it as accepted: both are one commit."""
        lines = None if self._kept and self.transcript.size > SHORT else self.transcript.lines()
        self._kept = True
        return self._state(self._accepted + 1, lines)

    def accepted(self) -> None:
        """Count a mail that was stored."""
        self._accepted += 1
        self._extend_later()

    def refused(self) -> None:
        """Count a refusal, and keep the session for it."""
        self._rejected += 1
        if self._kept and self.transcript.size > SHORT:
            self._extend_later()
        else:
            self._extend()

    def ended(self, outcome: str) -> None:
        """Keep how the dialogue ended; one in which the client said nothing and nothing was refused leaves no row."""
        self._ended = True
        self.note(ended_at=time.time_ns() // 1_000_000, outcome=outcome)
        if self.spoken or self._kept:
            self._extend()  # also the last of a timer
        log.info(
            "session ended",
            extra={
                "session": self.session.id,
                "peer": self.session.peer,
                "listener": self.session.listener,
                "helo": self.session.helo or "",
                "accepted": self._accepted,
                "rejected": self._rejected,
                "outcome": outcome,
            },
        )

    def _extend_later(self) -> None:
        if self._timer is None and not self._ended:
            wait = max(SECONDS, self.transcript.size / BYTES_A_SECOND)
            self._timer = self._call_later(wait, self._extend)

    def _extend(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._kept = None, True
        try:
            self._inbox.record(self._state(self._accepted, self.transcript.lines()))
        except MailcatchError as error:
            log.warning("a session could not be kept", extra={"session": self.session.id, "reason": str(error)})

    def _state(self, accepted: int, lines: tuple[TranscriptLine, ...] | None) -> Session:
        return replace(self.session, accepted=accepted, rejected=self._rejected, transcript=lines)
