"""Endpoints about the server: what runs here, the counts and inboxes, the cursor, health."""

from __future__ import annotations

from flask import Response
from msgspec import Struct

from mailcatch.web import about, present, shapes
from mailcatch.web.routes import Ask, NoParameters, Route


def info(ask: Ask[NoParameters, None]) -> Struct:
    """Return what runs here, and where."""
    relay = ask.site.relay
    shown = about.Relay(enabled=relay.enabled, paused=relay.paused())
    return present.info(ask.site.info(), ask.cursor, ask.webroot, shown)


def counts(ask: Ask[NoParameters, None]) -> Struct:
    """Return the numbers of the sidebar."""
    value = ask.site.store.counts()
    return present.counts(value, ask.site.cursor(value.seq))


def cursor(ask: Ask[NoParameters, None]) -> Struct:
    """Return where the log is."""
    return shapes.CursorNow(ask.cursor)


def livez(ask: Ask[NoParameters, None]) -> Struct:
    """Say that the process answers."""
    return about.Health("ok")


def readyz(ask: Ask[NoParameters, None]) -> Struct | Response:
    """Say whether mail is taken now: 200, or 503 with the reason."""
    state = ask.site.info()
    health = ask.site.store.health()
    if state.stopping or ask.site.stopping.done():
        return _not_ready(about.Health("stopping", "The server is stopping."))
    if not state.ready:
        return _not_ready(about.Health("starting", "Not every listener is there yet."))
    if not health.ok:
        return _not_ready(about.Health("failed", health.problem))
    return about.Health("ok")


def _not_ready(health: about.Health) -> Response:
    from mailcatch.web.binding import json_response

    answer = json_response(health, 503)
    answer.headers["Retry-After"] = "1"
    return answer


def openapi(ask: Ask[NoParameters, None]) -> Response:
    """Return the OpenAPI document."""
    from mailcatch.web.openapi import document  # built when asked for: it is not needed to start

    return Response(document(ask.webroot), mimetype="application/json")


ROUTES = (
    Route("GET", "/v1/info", info, "What runs here", about.Info),
    Route("GET", "/v1/counts", counts, "The numbers of the sidebar", shapes.Counts),
    Route("GET", "/v1/cursor", cursor, "Where the log is now", shapes.CursorNow),
    Route("GET", "/v1/openapi.json", openapi, "This document", "application/json"),
    Route("GET", "/livez", livez, "Whether the process answers", about.Health),
    Route("GET", "/readyz", readyz, "Whether mail is taken now", about.Health, also={503: about.Health}),
)
