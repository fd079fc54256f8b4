"""The Flask application: every route bound to one site, and answers for what no route is there for."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mailcatch.errors import MailcatchError
from mailcatch.web import (
    content,
    extracting,
    frames,
    inboxes,
    info,
    injecting,
    live,
    messages,
    paths,
    relaying,
    sessions,
    waiting,
)
from mailcatch.web.binding import bind, internal, problem_response
from mailcatch.web.problems import Problem, problem_of
from mailcatch.web.routes import Route
from mailcatch.web.site import Site
from mailcatch.web.static import Static

API: tuple[Route, ...] = (
    *messages.ROUTES,
    *content.ROUTES,
    *extracting.ROUTES,
    *paths.ROUTES,
    *injecting.ROUTES,
    *info.ROUTES,
    *inboxes.ROUTES,
    *sessions.ROUTES,
    *live.ROUTES,
    *waiting.ROUTES,
    *relaying.ROUTES,
)
"""Every endpoint of the API; the OpenAPI document is made from it too."""


def make(site: Site, static: Static) -> Flask:
    """Return the application."""
    app = Flask("mailcatch", static_folder=None, template_folder=None, root_path="/")
    app.url_map.merge_slashes = False  # `//v1` is no spelling of `/v1`
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    for route in (*API, *frames.routes(static)):
        _add(app, site, route)
    app.add_url_rule("/", "page", lambda: _page(static, ""), methods=["GET"])
    app.add_url_rule("/<path:path>", "file", lambda path: _page(static, path), methods=["GET"])
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)
    return app


def _add(app: Flask, site: Site, route: Route) -> None:
    view, name = bind(site, route), f"{route.method} {route.path}"
    app.add_url_rule(route.path, name, view, methods=[route.method])
    if route.answer == "websocket":  # routing tells a handshake from a plain request
        app.add_url_rule(route.path, f"{name} websocket", view, methods=[route.method], websocket=True)


def _page(static: Static, path: str) -> Response:
    try:
        return static.answer(path, request.environ)
    except Problem as problem:
        return problem_response(problem)


def _http_error(error: HTTPException) -> Response:
    """Answer for what routing refuses."""
    if error.code == 405:
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        detail = f"{request.method} is not possible here; {allowed or 'nothing'} is."
        return problem_response(Problem("method-not-allowed", detail, headers=(("Allow", allowed),)))
    kind = "not-found" if error.code == 404 else "bad-request"
    return problem_response(Problem(kind, "There is nothing at this path." if error.code == 404 else str(error)))


def _unforeseen(error: Exception) -> Response:
    if isinstance(error, OSError):
        raise error  # the client is gone: nobody is there to be told
    if isinstance(error, MailcatchError):
        return problem_response(problem_of(error))
    return problem_response(internal(error, f"{request.method} {request.path}"))
