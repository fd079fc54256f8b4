"""Endpoints of messages: list and search, one, change, delete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mailcatch.mime.parts import attachments_of
from mailcatch.search.query import And, Query
from mailcatch.store.api import Change, Page, Selection
from mailcatch.web import present, shapes
from mailcatch.web.content import headers_in, html_in, text_in
from mailcatch.web.cursors import parse_cursor
from mailcatch.web.extracting import codes_of, links_of, source_in
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route
from mailcatch.web.selecting import MAX_IDS, Criteria, Q, Which, checked_id, criteria_of, id_of, query_of, selection
from mailcatch.web.site import Site

PageCursor = Annotated[str, Meta(description="`before` or `after` of a page")]


class ListParameters(Criteria, frozen=True, forbid_unknown_fields=True):
    """The list's parameters; the fields narrow the query like its terms do."""

    q: Q = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    before: PageCursor | None = None
    after: PageCursor | None = None
    offset: Annotated[int, Meta(ge=0, description="Index of the first row; not with before and after")] | None = None
    order: Literal["desc", "asc"] = "desc"
    inbox: str | None = None
    fields: Annotated[str, Meta(description="Names of Summary fields, by commas")] | None = None
    tz: shapes.Zone = "UTC"


class DeleteParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Which messages to delete: ids, or a query, bounded by `until`; everything must be said: `all=true`."""

    id: Annotated[list[shapes.Id], Meta(max_length=MAX_IDS)] | UnsetType = UNSET
    q: Q | UnsetType = UNSET
    all: bool = False
    until: shapes.CursorText | UnsetType = UNSET
    tz: shapes.Zone = "UTC"


_SUMMARY_FIELDS = {field.encode_name: field.name for field in msgspec.structs.fields(shapes.Summary)}


def list_messages(ask: Ask[ListParameters, None]) -> Struct:
    """Return a page of the list."""
    page, params = _page(ask), ask.params
    whole = shapes.MessagePage(
        messages=[present.summary(value) for value in page.messages],
        total=page.total,
        unread=page.unread,
        before=None if page.before is None else ask.site.cursor(page.before),
        after=None if page.after is None else ask.site.cursor(page.after),
        cursor=ask.site.cursor(page.seq),
    )
    return whole if params.fields is None else _partial(whole, params.fields)


def _page(ask: Ask[ListParameters, None]) -> Page:
    store, params = ask.site.store, ask.params
    query = _query(params)
    if params.offset is not None:
        if params.before is not None or params.after is not None or params.order != "desc":
            raise Problem("bad-parameter", "offset counts from the newest: not with before, after or order=asc.")
        return store.positions(query, params.offset, params.limit, inbox=params.inbox)
    return store.messages(
        query,
        limit=params.limit,
        before=None if params.before is None else parse_cursor(store, params.before, "before"),
        after=None if params.after is None else parse_cursor(store, params.after, "after"),
        order=params.order,
        inbox=params.inbox,
    )


def _query(params: ListParameters) -> Query | None:
    text, fields = query_of(params.q, params.tz), criteria_of(params, params.tz)
    return And((text, fields)) if text is not None and fields is not None else text or fields


def _partial(page: shapes.MessagePage, names: str) -> shapes.PartialPage:
    wanted = names.split(",")
    unknown = [name for name in wanted if name not in _SUMMARY_FIELDS]
    if unknown:
        raise Problem("bad-parameter", f"fields: a Summary has no field {unknown[0][:40]!r}.", parameter="fields")
    return shapes.PartialPage(
        messages=[{name: getattr(message, _SUMMARY_FIELDS[name]) for name in wanted} for message in page.messages],
        total=page.total,
        unread=page.unread,
        before=page.before,
        after=page.after,
        cursor=page.cursor,
    )


def one_message(ask: Ask[Which, None]) -> Struct:
    """Return one message whole."""
    return whole(ask.site, id_of(ask.site.store, ask.path["id"], ask.params), ask.cursor)


def whole(site: Site, id: str, cursor: str) -> shapes.Message:
    """Return a message with all that is read from it. Raises NotFound."""
    store = site.store
    message = store.message(id)
    summary, root = message.summary, message.root
    html = html_in(store, summary.id, root)
    frame = None if html is None else f"{site.section.webroot}/frame/{site.tokens.make(summary.id)}/{summary.id}"
    source = source_in(store, summary.id, root)
    shown = present.summary(summary)
    return shapes.Message(
        **{field: getattr(shown, field) for field in shown.__struct_fields__},
        origin=message.origin,
        sha256=message.sha256.hex(),
        envelope=present.envelope(message.envelope),
        headers=present.headers(headers_in(store, summary.id, root)),
        text=text_in(store, summary.id, root),
        html=html,
        parts=present.parts(root),
        attachments=[present.attachment(part) for part in attachments_of(root)],
        links=links_of(source),
        codes=codes_of(source),
        frame=frame,
        cursor=cursor,
    )


def change(ask: Ask[NoParameters, shapes.Patch]) -> Struct:
    """Set read, pinned, Bin and tags of the selected messages."""
    body = ask.body
    what = Change(
        read=_given(body.read),
        pinned=_given(body.pinned),
        bin=_given(body.bin),
        add_tags=tuple(body.tags.add),
        remove_tags=tuple(body.tags.remove),
    )
    if what == Change():
        raise Problem("bad-body", "Nothing to change: give read, pinned, bin or tags.")
    which = selection(ask.site.store, ids=body.ids, query=body.query, everything=body.all, until=body.until, tz=body.tz)
    outcome = ask.site.result(ask.site.inbox.change(which, what))
    return shapes.Changed(outcome.count, ask.site.cursor(outcome.seq))


def _given(value: bool | UnsetType) -> bool | None:
    return None if value is UNSET else bool(value)


def delete_one(ask: Ask[NoParameters, None]) -> Struct:
    """Delete one message for ever; one that is gone already counts as done (G14)."""
    return _delete(ask, Selection(ids=(checked_id(ask.path["id"]),)))


def delete_many(ask: Ask[DeleteParameters, None]) -> Struct:
    """Delete the selected messages for ever."""
    params = ask.params
    which = selection(
        ask.site.store, ids=params.id, query=params.q, everything=params.all, until=params.until, tz=params.tz
    )
    return _delete(ask, which)


def _delete(ask: Ask[Any, None], which: Selection) -> Struct:
    outcome = ask.site.result(ask.site.inbox.delete(which))
    return shapes.Deleted(outcome.count, ask.site.cursor(outcome.seq))


ROUTES = (
    Route(
        "GET", "/v1/messages", list_messages, "List and search", shapes.MessagePage, ListParameters,
        problems=("query-error", "not-found", "cursor-expired"),
    ),
    Route(
        "GET", "/v1/messages/<id>", one_message, "One message; the id may be `latest` or `oldest`", shapes.Message,
        Which, problems=("query-error", "not-found"),
    ),
    Route(
        "PATCH", "/v1/messages", change, "Set read, pinned, Bin and tags, by ids or query", shapes.Changed,
        body=shapes.Patch, problems=("selector-missing", "query-error", "cursor-expired"),
    ),
    Route(
        "DELETE", "/v1/messages", delete_many, "Delete for ever, by ids or query", shapes.Deleted, DeleteParameters,
        problems=("selector-missing", "query-error", "cursor-expired"),
    ),
    Route("DELETE", "/v1/messages/<id>", delete_one, "Delete one for ever", shapes.Deleted, problems=("not-found",)),
)  # fmt: skip
