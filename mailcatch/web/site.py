"""What every endpoint works on: fields of one object, made by the door, so that two servers share nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import TypeVar

from mailcatch.config import HttpSection
from mailcatch.control import Info, RelayControl
from mailcatch.ids import is_id
from mailcatch.inbox import Inbox
from mailcatch.inbox.waiting import Waiting
from mailcatch.store.api import Reader
from mailcatch.web.budgets import LIVE, WAITERS, Budget
from mailcatch.web.cursors import cursor_text
from mailcatch.web.hub import Hub
from mailcatch.web.problems import Problem
from mailcatch.web.websocket import Carrier

T = TypeVar("T")

_WRITE_TIMEOUT = 120.0
_LAST_GRACE = 1.0  # seconds a write gets that is under way when the server stops

_TOKEN = re.compile(r"(?P<id>[0-9A-Z]{26})-(?P<mac>[0-9a-f]{32})\Z")


class Tokens:
    """Capabilities: who has the token of a message may load its frame and inline parts, and nothing else.

    A mail's frame has an opaque origin and sends no cookies, so the path itself must carry the right.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def make(self, id: str) -> str:
        """Return the token of a message; it holds until the process ends."""
        return f"{id}-{hmac.new(self._key, id.encode(), hashlib.sha256).hexdigest()[:32]}"

    def check(self, token: str) -> str:
        """Return the id of the message a token is for. Raises Problem `not-found`."""
        match = _TOKEN.match(token)
        if match and is_id(match["id"]) and hmac.compare_digest(self.make(match["id"]), token):
            return match["id"]
        raise Problem("not-found", "There is no such frame.")


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that endpoints use."""

    store: Reader
    inbox: Inbox
    info: Callable[[], Info]
    section: HttpSection
    waiting: Waiting
    relay: RelayControl
    hub: Hub = field(default_factory=Hub)
    waiters: Budget = field(default_factory=lambda: Budget("waiters", WAITERS))
    live: Budget = field(default_factory=lambda: Budget("live connections", LIVE))
    websocket: Carrier = field(default_factory=lambda: Carrier("/v1/live"))
    tokens: Tokens = field(default_factory=Tokens)
    stopping: Future[None] = field(default_factory=Future)

    def cursor(self, seq: int) -> str:
        """Return the cursor at `seq`."""
        return cursor_text(self.store, seq)

    def result(self, future: Future[T]) -> T:
        """Return what a write gives, or give up when the server stops. Raises what the write raises, and Problem."""
        pending: set[Future[object]] = {future, self.stopping}  # type: ignore[arg-type] # Future is invariant
        if not future.done():
            wait(pending, timeout=_WRITE_TIMEOUT, return_when=FIRST_COMPLETED)
        try:
            return future.result(timeout=_LAST_GRACE)
        except TimeoutError:
            future.cancel()
            kind = "stopping" if self.stopping.done() else "busy"
            raise Problem(kind, "The database did not finish in time; whether it was stored is not known.") from None
