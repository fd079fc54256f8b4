"""Endpoints of what a test wants of a message: its links and its one-time codes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mailcatch.extract.codes import Code, codes
from mailcatch.extract.gathering import gathered
from mailcatch.extract.links import Link, links
from mailcatch.extract.source import Source
from mailcatch.model import Part
from mailcatch.store.api import Reader
from mailcatch.web import shapes
from mailcatch.web.content import html_in
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, Route
from mailcatch.web.selecting import Which, id_of


def source_in(store: Reader, id: str, root: Part) -> Source:
    """Return what is extracted from, reading no more of the message than its texts."""
    return gathered(lambda start, length: store.raw_range(id, start, length), root)


def links_of(source: Source) -> list[shapes.Link]:
    """Return the links as they are shown."""
    return [_shown_link(link) for link in links(source)]


def codes_of(source: Source) -> list[shapes.Code]:
    """Return the codes as they are shown."""
    return [_shown_code(code) for code in codes(source)]


def _shown_link(link: Link) -> shapes.Link:
    return shapes.Link(link.url, link.text, link.source, link.host, link.kind)


def _shown_code(code: Code) -> shapes.Code:
    return shapes.Code(code.value, code.confidence, list(code.why), code.context)


def links_(ask: Ask[Which, None]) -> Struct:
    """Return the links of a message."""
    return shapes.Links(links_of(_source(ask)))


def codes_(ask: Ask[Which, None]) -> Struct:
    """Return the one-time codes of a message."""
    return shapes.Codes(codes_of(_source(ask)))


def select_(ask: Ask[SelectParameters, None]) -> Struct:
    """Return the elements of a message's HTML that a CSS selector finds."""
    from mailcatch.extract.selecting import BadSelector, select

    store = ask.site.store
    id = id_of(store, ask.path["id"], Which(ask.params.q, ask.params.inbox, ask.params.tz))
    html = html_in(store, id, store.message(id).root) or ""
    try:
        found = select(html, ask.params.css)
    except BadSelector as error:
        raise Problem("bad-parameter", f"css: {error}.") from error
    return shapes.Elements([shapes.Element(each.tag, each.text, each.attributes, each.html) for each in found])


def _source(ask: Ask[Which, None]) -> Source:
    store = ask.site.store
    id = id_of(store, ask.path["id"], ask.params)
    return source_in(store, id, store.message(id).root)


class SelectParameters(Which, frozen=True, forbid_unknown_fields=True):
    """What to look for, and in which message."""

    css: Annotated[str, Meta(max_length=500)] = ""


_PROBLEMS = ("query-error", "not-found")

ROUTES = (
    Route("GET", "/v1/messages/<id>/links", links_, "The links", shapes.Links, Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/codes", codes_, "The one-time codes", shapes.Codes, Which, problems=_PROBLEMS),
    Route(
        "GET",
        "/v1/messages/<id>/select",
        select_,
        "Elements of the HTML, by CSS",
        shapes.Elements,
        SelectParameters,
        problems=_PROBLEMS,
    ),
)
