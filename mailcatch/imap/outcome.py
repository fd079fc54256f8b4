"""How a command ends: the values that handlers return, and what each exception of the core means in IMAP."""

from __future__ import annotations

from dataclasses import dataclass

from mailcatch import errors
from mailcatch.imap.answers import Condition
from mailcatch.imap.problem import Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tagged answer: a sentence, a response code without its brackets, and OK unless said otherwise."""

    text: str
    code: str | bytes | None = None
    condition: Condition = "OK"


CODES: dict[type[errors.MailcatchError], str] = {
    errors.NotFound: "NONEXISTENT",
    errors.Conflict: "CANNOT",
    errors.QueryError: "CANNOT",
    errors.TooLarge: "TOOBIG",
    errors.Overloaded: "UNAVAILABLE",
    errors.StoreError: "SERVERBUG",
    errors.Rejected: "CANNOT",
    errors.ConfigError: "SERVERBUG",
}
"""Response codes (RFC 5530) of everything that the core raises; the text is the exception's own."""


def outcome_of(error: Exception) -> Outcome:
    """Return the answer to a command that failed; what nobody foresaw is SERVERBUG, and is to be logged."""
    if isinstance(error, Problem):
        return Outcome(error.text, error.code, error.condition)
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), None)
    if code is None:
        return Outcome("mailcatch failed at this; the log says how", "SERVERBUG", "NO")
    return Outcome(str(error), code, "NO")
