"""The Session of one connection, as POP3 and IMAP keep it: a row at the first thing of interest, and at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypedDict, Unpack

from msgspec.structs import replace

from mailcatch.connection.transcript import Transcript
from mailcatch.errors import MailcatchError
from mailcatch.ids import new_id
from mailcatch.model import Protocol, Session

log = logging.getLogger(__name__)

Keep = Callable[[Session], Future[None]]
"""Stores a session's new state, as `Inbox.record` does."""


class Facts(TypedDict, total=False):
    """What becomes known of a session."""

    auth_user: str | None
    client: str | None
    tls: str | None


class Record:
    """What is known of a dialogue; `session` is the value, `transcript` the lines.

    Whoever talks writes the lines: what a client's secret is, only its protocol knows.
    """

    def __init__(self, keep: Keep, protocol: Protocol, peer: str, listener: str) -> None:
        self._keep = keep
        self._kept = self._ended = False
        self._refused = 0
        self.transcript = Transcript()
        self.spoken = False
        self.session = Session(new_id(), protocol, listener, peer, started_at=time.time_ns() // 1_000_000)

    @property
    def host(self) -> str:
        """The client's address without its port."""
        return self.session.peer.rpartition(":")[0]

    def note(self, **facts: Unpack[Facts]) -> None:
        """Note what became known: the user, the client's name, TLS."""
        self.session = replace(self.session, **facts)
        if self._kept:
            self.keep()

    def refused(self) -> None:
        """Count a refusal that is worth a look: a login that failed."""
        self._refused += 1
        self.keep()

    def keep(self) -> None:
        """Store the session as it is now: it has become interesting."""
        self._kept = True
        try:
            stored = self._keep(replace(self.session, rejected=self._refused, transcript=self.transcript.lines()))
        except MailcatchError as error:
            self._complain(error)
        else:
            stored.add_done_callback(self._look)

    def end(self, outcome: str) -> None:
        """Note how the dialogue ends, unless that is known already: the first reason is the one."""
        if self.session.outcome is None:
            self.session = replace(self.session, outcome=outcome)

    def close(self) -> None:
        """Keep the end; a dialogue in which the client said nothing and nothing went wrong leaves no row."""
        if self._ended:
            return
        self._ended = True
        self.session = replace(self.session, ended_at=time.time_ns() // 1_000_000)
        if self.spoken or self._kept:
            self.keep()
        log.info(
            "session ended",
            extra={
                "session": self.session.id,
                "protocol": self.session.protocol,
                "peer": self.session.peer,
                "listener": self.session.listener,
                "user": self.session.auth_user or "",
                "outcome": self.session.outcome or "",
            },
        )

    def _look(self, stored: Future[None]) -> None:
        if not stored.cancelled() and (error := stored.exception()) is not None:
            self._complain(error)

    def _complain(self, error: BaseException) -> None:
        log.warning("a session could not be kept", extra={"session": self.session.id, "reason": str(error)})
