"""From what went wrong to what SMTP says: one table, complete over the tree of errors."""

from __future__ import annotations

import logging

from mailcatch.errors import (
    ConfigError,
    Conflict,
    MailcatchError,
    NotFound,
    Overloaded,
    QueryError,
    Rejected,
    StoreError,
    TooLarge,
)
from mailcatch.ids import new_id

log = logging.getLogger(__name__)

REPLIES: dict[type[MailcatchError], tuple[int, str]] = {
    Overloaded: (452, "4.3.1"),
    StoreError: (451, "4.3.0"),
    TooLarge: (552, "5.3.4"),
    ConfigError: (451, "4.3.5"),
    NotFound: (451, "4.3.0"),
    Conflict: (451, "4.3.0"),
    QueryError: (451, "4.3.0"),
}

_LONGEST = 400  # characters of text: a reply line has at most 512 octets (RFC 5321 §4.5.3.1.5)


def reply_to(error: BaseException) -> Rejected:
    """Return the refusal that an error becomes; an unknown one gets an id that is also in the log."""
    if isinstance(error, Rejected):
        return error
    for kind, (code, enhanced) in REPLIES.items():
        if isinstance(error, kind):
            return Rejected(code, enhanced, _one_line(str(error)))
    incident = new_id()
    log.error("an unexpected error", exc_info=error, extra={"incident": incident})
    return Rejected(451, "4.3.0", f"an error of ours, see the log: {incident}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
