"""The web inbox's own files, as the front end was built: index.html for every path of the application, and its assets.

All files are known when the door is made; a request's path is a key to them and never part of a file's path.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response

from mailcatch.web.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

DIST = Path(__file__).parent.parent / "static" / "dist"

WEBROOT = "/__webroot__"
"""What stands in index.html for the prefix of all paths."""

BRIDGE = "frame-bridge.js"
"""The one script inside mail; not served, but put into mail frames."""

_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_OURS = re.compile(r"(v1|frame|assets)(/|\Z)")  # paths that are never the application's
_HOST = re.compile(r"[a-z0-9._-]+(:[0-9]+)?\Z")  # no IPv6: such a source no policy can name, and 'self' must do

_NOT_BUILT = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>mailcatch</title>
<h1>mailcatch is running, without its web inbox</h1>
<p>It catches mail, and the API answers under <a href="%(webroot)s/v1/messages">%(webroot)s/v1/messages</a>.
<p>The web inbox was not built into this installation.
In a checkout: <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>;
or install again without <code>MAILCATCH_WEB=skip</code>.
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the front end."""

    body: bytes
    content_type: str
    cache: str


class Static:
    """The built front end in `folder`, under a webroot ("" or "/prefix")."""

    def __init__(self, webroot: str, folder: Path = DIST) -> None:
        self._webroot = webroot
        self._folder = folder

    @cached_property
    def files(self) -> dict[str, File]:
        """Every file that is served, by its path; read with the first request that needs one."""
        if not self._folder.is_dir():
            return {}
        found = {path.relative_to(self._folder).as_posix(): path for path in self._folder.rglob("*") if path.is_file()}
        return {name: _file(name, path) for name, path in found.items() if name not in (BRIDGE, "index.html")}

    @cached_property
    def index(self) -> bytes | None:
        """The page, its webroot written in; None if the front end was not built."""
        path = self._folder / "index.html"
        if not path.is_file():
            return None
        return path.read_bytes().replace(WEBROOT.encode(), self._webroot.encode())

    @cached_property
    def bridge(self) -> str | None:
        """The script for mail frames; None if the front end was not built."""
        path = self._folder / BRIDGE
        return path.read_text("utf-8").strip() if path.is_file() else None

    def answer(self, path: str, environ: WSGIEnvironment) -> Response:
        """Answer for a path (without its first slash). Raises Problem `not-found`."""
        file = self.files.get(path)
        if file is not None:
            return _cached(Response(file.body, content_type=file.content_type), file, environ)
        if _OURS.match(path) or not (path == "" or "text/html" in environ.get("HTTP_ACCEPT", "text/html")):
            raise Problem("not-found", "There is nothing at this path.")
        return self._page(environ)

    def _page(self, environ: WSGIEnvironment) -> Response:
        if self.index is None:
            answer = Response(_NOT_BUILT.replace(b"%(webroot)s", self._webroot.encode()), mimetype="text/html")
            answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
            return answer
        answer = Response(self.index, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = app_policy(environ.get("HTTP_HOST", ""))
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def app_policy(host: str) -> str:
    """Return the application's content security policy; sockets are named for browsers whose 'self' leaves them out."""
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host.lower()) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'{sockets}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _file(name: str, path: Path) -> File:
    content_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
    return File(path.read_bytes(), content_type, _FOREVER if name.startswith("assets/") else "no-cache")


def _cached(answer: Response, file: File, environ: WSGIEnvironment) -> Response:
    answer.headers["Cache-Control"] = file.cache
    answer.set_etag(hashlib.sha256(file.body).hexdigest()[:20])
    answer.make_conditional(environ)
    return answer
