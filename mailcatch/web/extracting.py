"""Endpoints of what a test wants of a message: its links and its one-time codes."""

from __future__ import annotations

from itertools import islice

from msgspec import Struct

from mailcatch.extract.codes import Code, codes
from mailcatch.extract.links import Link, links
from mailcatch.extract.source import Source
from mailcatch.mime.parts import attached_messages, texts_of
from mailcatch.mime.parts import text_in as text_of_part
from mailcatch.mime.reading import TEXT_BYTES
from mailcatch.mime.text import unflowed
from mailcatch.model import Part
from mailcatch.store.api import Reader
from mailcatch.web import shapes
from mailcatch.web.content import cut_part, headers_at, html_in
from mailcatch.web.routes import Ask, Route
from mailcatch.web.selecting import Which, id_of

MOST_ATTACHED = 5
"""Messages attached to one, that are looked into."""


def source_in(store: Reader, id: str, root: Part) -> Source:
    """Return what is extracted from, reading no more of the message than its texts."""
    attached = [_one(store, id, each) for each in islice(attached_messages(root), MOST_ATTACHED)]
    return _one(store, id, root, tuple(attached))


def _one(store: Reader, id: str, root: Part, attached: tuple[Source, ...] = ()) -> Source:
    headers = headers_at(store, id, root)
    subject = next((each.value for each in headers if each.name.lower() == "subject"), "")
    unsubscribe = tuple(each.value for each in headers if each.name.lower() == "list-unsubscribe")
    return Source(subject, _plain(store, id, root), html_in(store, id, root), unsubscribe, attached)


def _plain(store: Reader, id: str, root: Part) -> str:
    found = [part for part in texts_of(root, "text/plain") if part.content_type == "text/plain"][:10]
    return "\n".join([_text(store, id, part) for part in found])


def _text(store: Reader, id: str, part: Part) -> str:
    body, alone = cut_part(store, id, part)
    text = text_of_part(body, alone, TEXT_BYTES)
    head = store.raw_range(id, part.header_offset, part.offset - part.header_offset)
    return unflowed(text) if b"flowed" in head.lower() else text


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


def _source(ask: Ask[Which, None]) -> Source:
    store = ask.site.store
    id = id_of(store, ask.path["id"], ask.params)
    return source_in(store, id, store.message(id).root)


_PROBLEMS = ("query-error", "not-found")

ROUTES = (
    Route("GET", "/v1/messages/<id>/links", links_, "The links", shapes.Links, Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/codes", codes_, "The one-time codes", shapes.Codes, Which, problems=_PROBLEMS),
)
