"""Notes what a session took of messages in their paths: one write for a command, which nobody waits for."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from mailcatch.login import spelt
from mailcatch.store.mailbox_api import Fetched

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

log = logging.getLogger(__name__)


def note(session: Session, act: str, messages: Iterable[int]) -> None:
    """Note one act on messages."""
    note_all(session, [(act, message) for message in messages])


def note_all(session: Session, steps: Iterable[tuple[str, int]]) -> None:
    """Note (act, message) pairs; those of this session's that are in the paths already are left out."""
    fresh = session.tracks.fresh(steps)
    if not fresh:
        return
    session.wire.referred_to()
    owner, record, at = session.owner, session.wire.record, time.time_ns() // 1_000_000
    fetched = [
        Fetched(message, record.id, act, "IMAP", spelt((owner.kind, owner.name)), record.client, at)
        for act, message in fresh
    ]
    session.services.inbox.mailboxes.note_fetches(fetched).add_done_callback(_log_failure)


def _log_failure(noted: Future[None]) -> None:
    if not noted.cancelled() and (error := noted.exception()) is not None:
        log.warning("a fetch could not be noted: %s", error)
