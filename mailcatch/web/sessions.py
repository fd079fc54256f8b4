"""Endpoints of sessions: every dialogue with a client, also those that gave no message."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mailcatch.errors import NotFound
from mailcatch.ids import is_id
from mailcatch.web import present, shapes
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route


class SessionParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The list's parameters."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    before: Annotated[str, Meta(description="`before` of a page")] | None = None
    rejected: Annotated[bool, Meta(description="true: only those with a refusal")] | None = None


def list_sessions(ask: Ask[SessionParameters, None]) -> Struct:
    """Return sessions, newest first."""
    params = ask.params
    if params.before is not None and not (params.before.isdecimal() and len(params.before) < 19):
        raise Problem("bad-parameter", "before is what a page gave.", parameter="before")
    before = None if params.before is None else int(params.before)
    page = ask.site.store.sessions(limit=params.limit, before=before, rejected=params.rejected)
    return shapes.SessionPage(
        sessions=[present.session(value) for value in page.sessions],
        before=None if page.before is None else str(page.before),
        cursor=ask.site.cursor(page.seq),
    )


def one_session(ask: Ask[NoParameters, None]) -> Struct:
    """Return one session with its transcript."""
    if not is_id(ask.path["id"]):
        raise NotFound(f"There is no session {ask.path['id'][:40]!r}.")
    value, messages = ask.site.store.session(ask.path["id"])
    shown = present.session(value)
    return shapes.SessionWhole(
        **{field: getattr(shown, field) for field in shown.__struct_fields__},
        messages=list(messages),
        findings=list(value.findings),
        transcript=present.transcript(value.transcript or ()),
        cursor=ask.cursor,
    )


ROUTES = (
    Route("GET", "/v1/sessions", list_sessions, "Dialogues, newest first", shapes.SessionPage, SessionParameters),
    Route(
        "GET", "/v1/sessions/<id>", one_session, "One with its transcript", shapes.SessionWhole,
        problems=("not-found",),
    ),
)  # fmt: skip
