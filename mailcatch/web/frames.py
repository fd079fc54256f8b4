"""Mail as its sender meant it to look, in a frame that can do nothing.

The answer isolates itself: sandboxed by its own policy (so opening its URL directly is as safe as in the inbox), with
no script but the bridge, whose hash the policy names, and nothing from outside until the reader asks for it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from flask import Response
from msgspec import Struct

from mailcatch.errors import NotFound
from mailcatch.mime.parts import by_number
from mailcatch.web.content import html_in, part_bytes
from mailcatch.web.names import picture_type
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route
from mailcatch.web.static import Static

SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"


class FrameParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """`remote` lets the mail load pictures, styles, fonts and media from outside."""

    remote: bool = False


def cid_source(scheme: str, host: str, path: str) -> str:
    """Return the policy's source for inline parts: the folder of this message's own, and nothing else of ours.

    A policy cannot name an IPv6 address; there `'self'` must do, which GET having no effects makes harmless.
    """
    return "'self'" if host.startswith("[") else f"{scheme}://{host}{path}"


def frame_policy(cid: str, bridge: str | None, remote: bool) -> str:
    """Return the content security policy of a mail's frame; `cid` is the source of its inline parts."""
    outside = " http: https:" if remote else ""
    script = f"'sha256-{_sha256(bridge)}'" if bridge else "'none'"
    media = f" media-src{outside};" if remote else ""
    return (
        f"sandbox {SANDBOX}; default-src 'none'; script-src {script}; style-src 'unsafe-inline'{outside}; "
        f"img-src data: {cid}{outside}; font-src data:{outside};{media} "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )


def inline_part(ask: Ask[NoParameters, None]) -> Response:
    """Return an inline part to whoever has its message's token: a picture, whatever the mail says that it is."""
    store, id = ask.site.store, ask.site.tokens.check(ask.path["token"])
    found = by_number(store.message(id).root, ask.path["number"])
    body = b"" if found is None else part_bytes(store, id, found)
    kind = picture_type(body)
    if kind is None:
        raise NotFound("There is no such picture.")
    answer = Response(body, content_type=kind)
    # The frame's origin is opaque: to it, we are another site.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def frame_view(static: Static) -> Callable[[Ask[FrameParameters, None]], Response]:
    """Return the endpoint that shows a mail's HTML, with the front end's bridge in it."""

    def frame(ask: Ask[FrameParameters, None]) -> Response:
        store, token = ask.site.store, ask.path["token"]
        id = ask.site.tokens.check(token)
        if id != ask.path["id"]:
            raise Problem("not-found", "There is no such frame.")
        root = store.message(id).root
        html = html_in(store, id, root)
        if html is None:
            raise NotFound("The message has no HTML.")
        from mailcatch.mime.frame import rewrite  # not needed to start

        cid_path = f"{ask.webroot}/frame/{token}/cid/"
        page = rewrite(html, root, cid_path, static.bridge or "")
        answer = Response(page.encode("utf-8", "replace"), content_type="text/html; charset=utf-8")
        source = cid_source(ask.environ["wsgi.url_scheme"], ask.environ["HTTP_HOST"], cid_path)
        answer.headers["Content-Security-Policy"] = frame_policy(source, static.bridge, ask.params.remote)
        answer.headers["X-DNS-Prefetch-Control"] = "off"
        return answer

    return frame


def routes(static: Static) -> tuple[Route, ...]:
    """Return the routes of frames."""
    frame = frame_view(static)
    return (
        Route("GET", "/frame/<token>/<id>", frame, "A mail's HTML, isolated", "text/html", FrameParameters),
        Route("GET", "/frame/<token>/cid/<number>", inline_part, "An inline picture", "image/*"),
    )


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
