"""What POP3 answers when something fails: every exception of the core has its reply (RFC 2449 §8, RFC 3206)."""

from __future__ import annotations

from mailcatch import errors

CODES: dict[type[errors.MailcatchError], str] = {
    errors.NotFound: "",
    errors.Conflict: "",
    errors.QueryError: "SYS/PERM",
    errors.TooLarge: "SYS/PERM",
    errors.Overloaded: "SYS/TEMP",
    errors.StoreError: "SYS/TEMP",
    errors.Rejected: "SYS/PERM",
    errors.ConfigError: "SYS/PERM",
}
"""Response codes without their brackets, "" for none; the text is the exception's own."""


def error(text: str, code: str = "") -> str:
    """Return a refusal."""
    return f"-ERR [{code}] {text}" if code else f"-ERR {text}"


def error_of(exception: errors.MailcatchError) -> str:
    """Return the refusal that an exception means, on one line whatever its text is."""
    return error(" ".join(str(exception).split()), CODES.get(type(exception), "SYS/TEMP"))
