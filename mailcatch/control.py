"""What the doors may know of each other and of the process: frozen values, made by app and handed to the web."""

from __future__ import annotations

from dataclasses import dataclass

from mailcatch.model import Listener
from mailcatch.rules import CATCH_DOMAIN


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
