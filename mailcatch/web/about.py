"""The shapes of what runs here: its doors, its limits, its health."""

from __future__ import annotations

from typing import Literal

from mailcatch.web.shapes import CursorText, Shape


class Port(Shape, frozen=True):
    """An open socket of a door."""

    host: str
    port: int
    tls: Literal["none", "starttls", "implicit"]


class Url(Shape, frozen=True):
    """Where the web is."""

    url: str


class Limits(Shape, frozen=True):
    """The limits that a client may meet; null = none. Sizes in bytes, ages in seconds."""

    max_message_size: int
    max_recipients: int
    max_messages: int | None
    max_bytes: int | None
    max_age: float | None


class Relay(Shape, frozen=True):
    """Whether mail may leave the machine."""

    enabled: bool
    paused: bool


class Info(Shape, frozen=True):
    """What runs here, and where."""

    version: str
    database: str
    cursor: CursorText
    webroot: str
    catch_domain: str
    smtp: list[Port]
    http: list[Url]
    pop3: list[Port]
    imap: list[Port]
    limits: Limits
    relay: Relay


class Health(Shape, frozen=True):
    """Alive, and whether ready to take mail; `problem` is a sentence when not."""

    status: Literal["ok", "starting", "stopping", "failed"]
    problem: str | None = None
