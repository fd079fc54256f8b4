"""The guard: one WSGI middleware that every request passes, whatever route it is for.

It checks `Host` (DNS rebinding), `Origin` and `Sec-Fetch-Site` (foreign pages), the type of a body (cross-site forms),
strips the webroot, and puts the security headers on every answer. As it stands before any routing, no spelling of a
path (`%76`, `//`, `;x`) goes round it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailcatch.web.headers import SECURITY_HEADERS
from mailcatch.web.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY_TYPES = frozenset({"application/json", "message/rfc822", "application/mbox"})
"""The types a body may have: none of them can be sent by a form or a page of another site without asking first."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?\Z")
_INLINE_PART = re.compile(r"/frame/[^/]+/cid/[0-9.]+\Z")
_NAMES = ("localhost", "host.docker.internal")


class Guard:
    """Wraps the application. `allow_hosts` are further names; a leading dot means the name's subdomains too."""

    def __init__(self, application: WSGIApplication, webroot: str = "", allow_hosts: Iterable[str] = ()) -> None:
        self._application = application
        self._webroot = webroot
        names = tuple(name.lower().rstrip(".") for name in allow_hosts)
        self._knows = lru_cache(maxsize=256)(lambda host: is_known_host(host, names))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request: refuse it, or let the application do so."""
        try:
            self._check(environ)
        except Problem as problem:
            body = problem.body()
            headers = [*problem.all_headers, ("Content-Length", str(len(body)))]
            with_security(start_response)(f"{problem.status} Refused", headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        if self._webroot and not self._strip(environ):
            return self._outside(environ, with_security(start_response))
        return self._application(environ, with_security(start_response))

    def _check(self, environ: WSGIEnvironment) -> None:
        host = environ.get("HTTP_HOST", "").lower()
        if not self._knows(host):
            raise Problem(
                "unknown-host",
                f"mailcatch does not answer to the name {host[:100]!r}. If it is yours, start mailcatch with"
                " --allow-host NAME (or MAILCATCH_ALLOW_HOST); a leading dot allows its subdomains.",
            )
        origin = environ.get("HTTP_ORIGIN")
        ours = origin is None or is_same_origin(origin, environ["wsgi.url_scheme"], host)
        if origin is not None and not ours and not self._is_inline_part(environ):
            raise Problem("foreign-origin", f"Pages of {origin[:100]!r} may not use this server.")
        if environ["REQUEST_METHOD"] not in _SAFE_METHODS:
            _check_unsafe(environ)

    def _is_inline_part(self, environ: WSGIEnvironment) -> bool:
        """Tell whether a mail's frame asks for a picture of that mail.

        Its origin is opaque ("null"), and browsers say so with pictures too. Who has the token in the path may see
        the picture, whoever he is; nothing else answers there.
        """
        path = environ["PATH_INFO"].removeprefix(self._webroot)
        safe = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        return safe and environ["HTTP_ORIGIN"] == "null" and _INLINE_PART.match(path) is not None

    def _strip(self, environ: WSGIEnvironment) -> bool:
        path = environ["PATH_INFO"]
        if not path.startswith(self._webroot + "/"):
            return False
        environ["SCRIPT_NAME"] = self._webroot
        environ["PATH_INFO"] = path[len(self._webroot) :]
        return True

    def _outside(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in ("/", self._webroot) and environ["REQUEST_METHOD"] in _SAFE_METHODS:
            start_response("307 Temporary Redirect", [("Location", self._webroot + "/"), ("Content-Length", "0")])
            return []
        problem = Problem("not-found", f"Everything here is under {self._webroot}/.")
        body = problem.body()
        start_response("404 Not Found", [*problem.all_headers, ("Content-Length", str(len(body)))])
        return [body]


def with_security(start_response: StartResponse) -> StartResponse:
    """Return a start_response that adds the security headers an answer lacks."""

    def start(
        status: str,
        headers: list[tuple[str, str]],
        *exc_info: Any,  # noqa: ANN401 - as WSGI has it
    ) -> Callable[[bytes], object]:
        given = {name.lower() for name, _ in headers}
        headers += [header for header in SECURITY_HEADERS if header[0].lower() not in given]
        return start_response(status, headers, *exc_info)

    return start


def is_known_host(host: str, allowed: tuple[str, ...] = ()) -> bool:
    """Tell whether a Host header (lower case) names us.

    An attacker who lets a name of his own point here (DNS rebinding) needs a name in the public DNS. So IP literals,
    names without a dot and `*.localhost` are fine; anything else must have been allowed.
    """
    match = _HOST.match(host)
    if match is None:
        return False
    name = match["name"].removesuffix(".")
    if name.startswith("["):
        return _is_ip(name[1:-1])
    if "." not in name:
        return bool(name)
    return (
        _is_ip(name)
        or name in _NAMES
        or name.endswith(".localhost")
        or any(name == known.removeprefix(".") or (known[:1] == "." and name.endswith(known)) for known in allowed)
    )


def is_same_origin(origin: str, scheme: str, host: str) -> bool:
    """Tell whether an Origin header is the one of pages that we serve under this Host (lower case)."""
    port = ":443" if scheme == "https" else ":80"
    return origin.lower().removesuffix(port) == f"{scheme}://{host.removesuffix(port)}"


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _check_unsafe(environ: WSGIEnvironment) -> None:
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site not in (None, "same-origin", "none"):
        raise Problem("foreign-origin", f"The browser says that this request comes from elsewhere ({site[:20]}).")
    has_body = environ.get("CONTENT_LENGTH", "0").strip("0") or "HTTP_TRANSFER_ENCODING" in environ
    if has_body and content_type(environ) not in BODY_TYPES:
        raise Problem("wrong-type", "A body must be application/json or message/rfc822.")


def content_type(environ: WSGIEnvironment) -> str:
    """Return the request's media type without parameters, lower case; "" if it names none."""
    given: str = environ.get("CONTENT_TYPE", "")
    return given.partition(";")[0].strip().lower()
