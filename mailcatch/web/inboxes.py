"""Endpoints of inboxes: the list, making one for a test, and forgetting it."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType

from mailcatch.rules import INBOX_NAME
from mailcatch.store.api import NewInbox
from mailcatch.web import present, shapes
from mailcatch.web.binding import json_response
from mailcatch.web.expectations import Duration
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route
from mailcatch.web.times import duration

LONGEST = 365 * 24 * 3600.0
"""Seconds that an inbox may be given; without a ttl it stays."""


class Make(Struct, frozen=True, forbid_unknown_fields=True):
    """An inbox to be made. Without a name it gets one that nobody has; with a `ttl` it is forgotten after that time."""

    name: Annotated[str, Meta(pattern=f"^{INBOX_NAME}$")] | UnsetType = UNSET
    label: Annotated[str, Meta(max_length=200)] = ""
    ttl: Duration | UnsetType = UNSET


class Forgotten(shapes.Shape, frozen=True):
    """An inbox that is gone; its mail is not."""

    name: str
    cursor: shapes.CursorText


def listed(ask: Ask[NoParameters, None]) -> Struct:
    """Return the inboxes with their numbers."""
    return present.inboxes(ask.site.store.inboxes())


def make(ask: Ask[NoParameters, Make]) -> Response:
    """Make an inbox; one that mail has made becomes the asker's. 409 if somebody has it already."""
    name = ask.body.name if ask.body.name is not UNSET else ""
    new = NewInbox(str(name), ask.body.label, _milliseconds(ask.body.ttl))
    made = ask.site.result(ask.site.inbox.make_inbox(new))
    answer = json_response(present.inbox(made), 201)
    answer.headers["Location"] = f"{ask.webroot}/v1/inboxes/{made.name}"
    return answer


def forget(ask: Ask[NoParameters, None]) -> Struct:
    """Forget an inbox: who waits for its mail is told, and what lies in no other goes to `default`."""
    name = ask.path["name"]
    ask.site.result(ask.site.inbox.delete_inbox(name))
    return Forgotten(name, ask.site.cursor(ask.site.store.cursor().seq))


def _milliseconds(ttl: Duration | UnsetType) -> int | None:
    """Read a ttl: seconds, or a text with a unit. Raises Problem."""
    if ttl is UNSET:
        return None
    ms = duration(ttl) if isinstance(ttl, str) else float(ttl) * 1000
    if ms is None:
        raise Problem("bad-body", f"ttl: {str(ttl)[:20]!r} is no duration, as 90s, 10m or 1h are.")
    if not 1 <= ms <= LONGEST * 1000:
        raise Problem("bad-body", "ttl: more than nothing, and a year at most.")
    return round(ms)


ROUTES = (
    Route("GET", "/v1/inboxes", listed, "The inboxes", shapes.Inboxes),
    Route(
        "POST", "/v1/inboxes", make, "Make an inbox", shapes.Inbox, body=Make, status=201, problems=("conflict",)
    ),
    Route(
        "DELETE", "/v1/inboxes/<name>", forget, "Forget an inbox, never its mail", Forgotten,
        problems=("not-found", "conflict"),
    ),
)  # fmt: skip
