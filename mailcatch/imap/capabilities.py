"""What the door can do, as CAPABILITY says it (RFC 3501 §7.2.1)."""

from __future__ import annotations

from mailcatch.sasl import MECHANISMS

OFFERED = (
    "ID",
    "ENABLE",
    "IDLE",
    "NAMESPACE",
    "LITERAL+",
    "CHILDREN",
    "SPECIAL-USE",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "STATUS=SIZE",
    "UIDPLUS",
    "UNSELECT",
    "MOVE",
    "SORT",
    "ESEARCH",
    "ESORT",
    "CONDSTORE",
)
"""Said in every state, for some clients ask before they log in and never again; each is in the RFC of its name."""


def capabilities(*, logged_in: bool, starttls: bool) -> tuple[str, ...]:
    """Return the names: ways to log in for those who have not, STARTTLS where it can be said."""
    if logged_in:
        return ("IMAP4rev1", *OFFERED)
    ways = ["SASL-IR", *(f"AUTH={mechanism}" for mechanism in MECHANISMS)]
    return ("IMAP4rev1", *(["STARTTLS"] if starttls else []), *ways, *OFFERED)
