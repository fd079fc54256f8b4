"""What the doors may know of each other and of the process: frozen values, made by app and handed to the web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from mailcatch.model import Listener
from mailcatch.rules import CATCH_DOMAIN
from mailcatch.store.relay_api import Act, Job
from mailcatch.trace import ProbeResult, Route, State


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that a client may meet; None = no limit. Sizes in bytes, ages in seconds."""

    max_message_size: int
    max_recipients: int
    max_messages: int | None = None
    max_bytes: int | None = None
    max_age: float | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """The state of the process, as `GET /v1/info` and `/readyz` tell it."""

    version: str
    database: str  # the file's path, or ":temp:"
    limits: Limits
    smtp: tuple[Listener, ...] = ()
    http: tuple[Listener, ...] = ()
    pop3: tuple[Listener, ...] = ()
    imap: tuple[Listener, ...] = ()
    catch_domain: str = CATCH_DOMAIN
    ready: bool = False  # every listener is bound and the store is open
    stopping: bool = False


class RelayInfo(Struct, frozen=True):
    """How the relay is set up, and where its queue stands.

    `left_hour` and `left_day` are how many messages may still go; `notice` is what whoever sends for the first time
    should know. `seq` is where the log was.
    """

    enabled: bool
    mode: str
    via: str
    profile: str
    paused: bool
    counts: Mapping[State, int]
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    redirect_to: str | None
    per_hour: int
    per_day: int
    left_hour: int
    left_day: int
    rcpts: int
    notice: str | None
    seq: int


class RelayControl(Protocol):
    """What the web may ask of the relay. Called from any thread; what takes time is a Future."""

    @property
    def enabled(self) -> bool:
        """Whether mail may leave at all."""

    def info(self) -> RelayInfo:
        """Return how the relay is set up and where its queue stands."""

    def paused(self) -> bool:
        """Return whether the relay is paused."""

    def release(self, message: str, to: Sequence[str], *, actor: str) -> Future[Job]:
        """Queue a message for these recipients. Raises NotFound, and Conflict with the rule that forbids it."""

    def act(self, job: str, act: Act, addresses: Sequence[str], *, actor: str) -> Future[Job]:
        """Do something with a job's recipients, all or those named. Raises NotFound and Conflict."""

    def pause(self, *, paused: bool, actor: str) -> Future[None]:
        """Pause, or go on."""

    def route(self, address: str) -> Future[Route]:
        """Say where mail for an address would go."""

    def probe(self, address: str, *, actor: str) -> Future[ProbeResult]:
        """Ask the server of an address about it, without a message. Raises Conflict."""
