"""Endpoints of a message's content: raw bytes, text, HTML source, headers, parts and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Response
from msgspec import Struct
from msgspec.structs import replace

from mailcatch.errors import NotFound, StoreError
from mailcatch.mime.parts import attachments_of, by_number, decoded, headers_of, html_of, shown, text_of
from mailcatch.model import Header, Part
from mailcatch.store.api import Reader
from mailcatch.web import present, shapes
from mailcatch.web.names import SHOWN_IMAGES, disposition, safe_name, served_type
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, Route
from mailcatch.web.selecting import Which, id_of

_PIECE = 256 << 10
_RANGE = re.compile(r"bytes=(?P<first>\d{0,15})-(?P<last>\d{0,15})\Z")


def raw(ask: Ask[Which, None]) -> Response:
    """Return the exact bytes, or the range of them that is asked for (RFC 9110 §14)."""
    store = ask.site.store
    id = _id(ask)
    size = store.raw_size(id)
    start, stop = _range(ask.environ.get("HTTP_RANGE", ""), size)
    partial = (start, stop) != (0, size)
    answer = Response(_pieces(store, id, start, stop), 206 if partial else 200, mimetype="message/rfc822")
    answer.headers["Content-Length"] = str(stop - start)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Disposition"] = disposition("attachment", f"{id}.eml")
    if partial:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return answer


def text(ask: Ask[Which, None]) -> Response:
    """Return the text, decoded, as UTF-8."""
    id = _id(ask)
    return _as_text(text_in(ask.site.store, id, ask.site.store.message(id).root))


def html(ask: Ask[Which, None]) -> Response:
    """Return the source of the HTML, decoded, as UTF-8 *text*: it never becomes a page of ours."""
    id = _id(ask)
    source = html_in(ask.site.store, id, ask.site.store.message(id).root)
    if source is None:
        raise NotFound("The message has no HTML.")
    return _as_text(source)


def headers(ask: Ask[Which, None]) -> Struct:
    """Return the header fields in their order."""
    store, id = ask.site.store, _id(ask)
    return shapes.Headers(present.headers(headers_in(store, id, store.message(id).root)))


def parts(ask: Ask[Which, None]) -> Struct:
    """Return the MIME parts."""
    return shapes.Parts(present.parts(ask.site.store.message(_id(ask)).root))


def attachments(ask: Ask[Which, None]) -> Struct:
    """Return the attachments."""
    root = ask.site.store.message(_id(ask)).root
    return shapes.Attachments([present.attachment(part) for part in attachments_of(root)])


def part(ask: Ask[Which, None]) -> Response:
    """Return one part, decoded; only pictures and plain text may be shown, the rest is a download."""
    id, found = _part(ask)
    harmless = found.content_type in SHOWN_IMAGES or found.content_type == "text/plain"
    return part_response(ask.site.store, id, found, "inline" if harmless else "attachment")


def attachment(ask: Ask[Which, None]) -> Response:
    """Return one part, decoded, as a download."""
    return part_response(ask.site.store, *_part(ask), "attachment")


def part_response(store: Reader, id: str, found: Part, kind: str) -> Response:
    """Return a part's decoded bytes with a type and a name that can do no harm."""
    body = part_bytes(store, id, found)
    answer = Response(body, mimetype=None, content_type=served_type(found.content_type, found.charset))
    name = safe_name(found.filename, f"{id}-{found.number or 'part'}")
    answer.headers["Content-Disposition"] = disposition(kind, name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return answer


def headers_in(store: Reader, id: str, root: Part) -> tuple[Header, ...]:
    """Return the header fields, reading no more of the message than these."""
    return headers_of(store.raw_range(id, 0, root.offset), root)


def text_in(store: Reader, id: str, root: Part) -> str:
    """Return the text of a message with LF for line ends, reading no more of it than that part; "" if it has none."""
    part = shown(root, "text/plain")
    return "" if part is None else _lines(text_of(*cut_part(store, id, part)))


def html_in(store: Reader, id: str, root: Part) -> str | None:
    """Return the HTML of a message with LF for line ends, reading no more than that part; None if it has none."""
    part = shown(root, "text/html")
    html = None if part is None else html_of(*cut_part(store, id, part))
    return None if html is None else _lines(html)


def _lines(text: str) -> str:
    """Give text as programs compare it: CRLF is how lines end on the wire; a CR alone ends none and stays."""
    return text.replace("\r\n", "\n")


def part_bytes(store: Reader, id: str, found: Part) -> bytes:
    """Return a part's decoded body, reading no more of the message than that."""
    return decoded(*cut_part(store, id, found))


def cut_part(store: Reader, id: str, part: Part) -> tuple[bytes, Part]:
    """Return a part's body as it was sent, and the part as if the message were nothing else."""
    body = store.raw_range(id, part.offset, part.length)
    return body, replace(part, header_offset=0, offset=0, length=len(body), children=())


def _id(ask: Ask[Which, None]) -> str:
    return id_of(ask.site.store, ask.path["id"], ask.params)


def _part(ask: Ask[Which, None]) -> tuple[str, Part]:
    id = _id(ask)
    found = by_number(ask.site.store.message(id).root, ask.path["number"])
    if found is None:
        raise NotFound(f"The message has no part {ask.path['number'][:40]!r}.")
    return id, found


def _as_text(value: str) -> Response:
    return Response(value.encode("utf-8", "replace"), content_type="text/plain; charset=utf-8")


def _range(header: str, size: int) -> tuple[int, int]:
    """Return [start, stop) of a Range header; all of it if it asks for several ranges or cannot be read."""
    match = _RANGE.match(header.replace(" ", ""))
    if match is None or not (match["first"] or match["last"]):
        return 0, size
    if not match["first"]:
        start, stop = max(0, size - int(match["last"])), size
    else:
        start, stop = int(match["first"]), min(size, int(match["last"] or size) + 1)
        if match["last"] and int(match["last"]) < start:
            return 0, size
    if start >= stop:
        raise Problem("range", f"The message has {size} bytes.", headers=(("Content-Range", f"bytes */{size}"),))
    return start, stop


def _pieces(store: Reader, id: str, start: int, stop: int) -> Iterator[bytes]:
    """Yield raw[start:stop]. A message deleted meanwhile ends the connection: its length was promised."""
    while start < stop:
        piece = store.raw_range(id, start, min(_PIECE, stop - start))
        if not piece:
            raise StoreError("the message is shorter than it was")
        start += len(piece)
        yield piece


_PROBLEMS = ("query-error", "not-found")

ROUTES = (
    Route(
        "GET", "/v1/messages/<id>/raw", raw, "The exact bytes", "message/rfc822", Which, also={206: "message/rfc822"},
        problems=(*_PROBLEMS, "range"),
    ),
    Route("GET", "/v1/messages/<id>/text", text, "The text, lines end by LF", "text/plain", Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/html", html, "The HTML, lines end by LF", "text/plain", Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/headers", headers, "The headers", shapes.Headers, Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/parts", parts, "The MIME parts", shapes.Parts, Which, problems=_PROBLEMS),
    Route("GET", "/v1/messages/<id>/parts/<number>", part, "One part, decoded", "*/*", Which, problems=_PROBLEMS),
    Route(
        "GET", "/v1/messages/<id>/attachments", attachments, "The attachments", shapes.Attachments, Which,
        problems=_PROBLEMS,
    ),
    Route(
        "GET", "/v1/messages/<id>/attachments/<number>", attachment, "One part as a download", "*/*", Which,
        problems=_PROBLEMS,
    ),
)  # fmt: skip
