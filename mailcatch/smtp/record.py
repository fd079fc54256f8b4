"""The Session of one connection, as it is kept: when it is written, and how often."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mailcatch.errors import MailcatchError
from mailcatch.ids import new_id
from mailcatch.model import Session
from mailcatch.smtp.transcript import Transcript

if TYPE_CHECKING:
    from mailcatch.inbox import Inbox

log = logging.getLogger(__name__)

TRANSCRIPT_SECONDS = 1.0
"""A busy session's transcript is written at most this often: its counters go with each mail."""


class Record:
    """Collects what a dialogue says; its row appears with the first mail or refusal."""

    def __init__(self, inbox: Inbox, peer: str, listener: str) -> None:
        self._inbox = inbox
        self.transcript = Transcript()
        self.session = Session(new_id(), "SMTP", listener, peer, started_at=time.time_ns() // 1_000_000)
        self.spoken = False
        self._kept = False
        self._written = 0.0

    def note(self, **changes: object) -> None:
        """Set fields of the session."""
        self.session = replace(self.session, **changes)  # type: ignore[arg-type]

    def of_mail(self) -> Session:
        """Return the session as it goes with a mail."""
        self.note(accepted=self.session.accepted + 1)
        return self._with_transcript(now=time.monotonic())

    def refused(self) -> None:
        """Count a refusal, and keep the session for it."""
        self.note(rejected=self.session.rejected + 1)
        now = time.monotonic()
        if not self._kept or now - self._written >= TRANSCRIPT_SECONDS:
            self._keep(self._with_transcript(now))

    def ended(self, outcome: str) -> None:
        """Keep how the dialogue ended; one in which the client said nothing and nothing was refused leaves no row."""
        self.note(ended_at=time.time_ns() // 1_000_000, outcome=outcome)
        if self.spoken or self._kept:
            self._keep(replace(self.session, transcript=self.transcript.lines()))
        log.info(
            "smtp session peer=%s listener=%s helo=%s accepted=%d rejected=%d outcome=%s id=%s",
            self.session.peer,
            self.session.listener,
            self.session.helo,
            self.session.accepted,
            self.session.rejected,
            outcome,
            self.session.id,
        )

    def _with_transcript(self, now: float) -> Session:
        if self._kept and now - self._written < TRANSCRIPT_SECONDS:
            return self.session
        self._kept, self._written = True, now
        return replace(self.session, transcript=self.transcript.lines())

    def _keep(self, session: Session) -> None:
        self._kept = True
        try:
            self._inbox.record(session)
        except MailcatchError as error:
            log.warning("a session could not be kept: %s", error)
