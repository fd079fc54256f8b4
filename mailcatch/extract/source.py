"""What is extracted from: a mail's subject, text and HTML, and the messages attached to it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """One message, decoded. `unsubscribe` holds the values of List-Unsubscribe (RFC 2369)."""

    subject: str = ""
    plain: str = ""
    html: str | None = None
    unsubscribe: tuple[str, ...] = ()
    attached: tuple[Source, ...] = field(default=())
