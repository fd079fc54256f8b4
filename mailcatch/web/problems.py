"""Errors as problem+json (RFC 9457): the stable types, and the one table from our exceptions to them."""

from __future__ import annotations

import http
from dataclasses import dataclass
from typing import Any

import msgspec

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

BASE = "https://mailcatch.example/problems/"
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A stable problem type: its status and its title."""

    status: int
    title: str


KINDS = {
    "bad-request": Kind(400, "The request cannot be read"),
    "bad-parameter": Kind(400, "A parameter is wrong"),
    "query-error": Kind(400, "The query cannot be read"),
    "selector-missing": Kind(400, "Nothing says which messages are meant"),
    "foreign-origin": Kind(403, "The request comes from another site"),
    "not-found": Kind(404, "There is no such thing"),
    "method-not-allowed": Kind(405, "This cannot be done here"),
    "timeout": Kind(408, "The request took too long"),
    "ambiguous": Kind(409, "More mail matched than may"),
    "conflict": Kind(409, "The state of the thing forbids this"),
    "inbox-deleted": Kind(409, "The inbox was deleted meanwhile"),
    "not-matched": Kind(409, "What was expected of mail is not so"),
    "relay-refused": Kind(409, "The relay may not do this"),
    "cursor-expired": Kind(410, "The cursor is of another log"),
    "too-large": Kind(413, "More than a limit allows"),
    "wrong-type": Kind(415, "The content type is not taken here"),
    "range": Kind(416, "The range lies outside"),
    "unknown-host": Kind(421, "This host name is not known"),
    "bad-body": Kind(422, "The body is wrong"),
    "upgrade-required": Kind(426, "A websocket is wanted here"),
    "internal": Kind(500, "Something failed here"),
    "busy": Kind(503, "Not now"),
    "stopping": Kind(503, "The server is stopping"),
    "store-failed": Kind(503, "The database failed"),
}
"""Every problem type that is answered, by the last part of its URI."""

ERRORS: dict[type[MailcatchError], str] = {
    ConfigError: "internal",
    Conflict: "conflict",
    NotFound: "not-found",
    Overloaded: "busy",
    QueryError: "query-error",
    Rejected: "internal",  # SMTP's; nothing here raises it
    StoreError: "store-failed",
    TooLarge: "too-large",
}
"""From an exception to its problem type; a test proves it complete over the subclasses."""

_BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    413: "too-large",
    414: "too-large",
    503: "busy",
}


class Problem(Exception):
    """An answer that is an error: its type, a sentence, and further members."""

    def __init__(self, kind: str, detail: str, *, headers: tuple[tuple[str, str], ...] = (), **members: object) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.members = members
        self.headers = headers

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind].status

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """The header fields of the answer; whoever is told `busy` is told when to come again."""
        headers = [("Content-Type", CONTENT_TYPE), *self.headers]
        if self.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", "1"))
        return headers

    def body(self) -> bytes:
        """Return the JSON."""
        head = {"type": BASE + self.kind, "title": KINDS[self.kind].title, "status": self.status}
        return msgspec.json.encode({**head, "detail": self.detail, **self.members})


def problem_of(error: MailcatchError) -> Problem:
    """Return the answer to one of our exceptions."""
    kind = next(ERRORS[cls] for cls in type(error).__mro__ if cls in ERRORS)
    if isinstance(error, QueryError):
        where: dict[str, Any] = {} if error.where is None else {"parameter": error.where[:100]}
        return Problem(kind, str(error), position=error.position, suggestion=error.suggestion, **where)
    return Problem(kind, str(error))


def problem_for_status(status: int, detail: str) -> bytes:
    """Return the JSON for an error that happened below the application (a head that cannot be read, no room)."""
    kind = _BY_STATUS.get(status)
    title = KINDS[kind].title if kind else http.HTTPStatus(status).phrase
    head = {"type": BASE + kind if kind else "about:blank", "title": title, "status": status}
    return msgspec.json.encode({**head, "detail": detail or title})
