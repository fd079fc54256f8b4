"""Between Flask and the endpoints: parameters and bodies in, shapes and problems out."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from flask import Response, request
from msgspec import Struct

from mailcatch.errors import MailcatchError
from mailcatch.ids import new_id
from mailcatch.web.body import BadBody, Body
from mailcatch.web.headers import CURSOR
from mailcatch.web.middleware import content_type
from mailcatch.web.problems import Problem, problem_of
from mailcatch.web.routes import JSON_LIMIT, Ask, Route
from mailcatch.web.selecting import BRACKETED, Criteria
from mailcatch.web.site import Site

log = logging.getLogger(__name__)

_MAX_PARAMETERS = 1000
_BRACKETED = re.compile(r"([a-z][a-z-]*+)\[")


def bind(site: Site, route: Route) -> Callable[..., Response]:
    """Return the Flask view of a route."""

    def view(**path: str) -> Response:
        environ = request.environ
        seq = site.store.cursor().seq
        try:
            _check_state(site, route)
            ask = Ask(site, _params(route, environ), _body(site, route, environ), path, environ, seq)
            answer = route.view(ask)
        except Exception as error:  # noqa: BLE001 - one table for all of them
            answer = problem_response(_as_problem(error, route))
        if isinstance(answer, Struct):
            answer = json_response(answer, route.status)
        if CURSOR not in answer.headers:
            answer.headers[CURSOR] = site.cursor(seq)
        return answer

    return view


def json_response(shape: Struct, status: int = 200) -> Response:
    """Return a shape as JSON; its own cursor is the answer's cursor."""
    answer = Response(msgspec.json.encode(shape), status, mimetype="application/json")
    cursor = getattr(shape, "cursor", None)
    if cursor is not None:
        answer.headers[CURSOR] = cursor
    return answer


def problem_response(problem: Problem) -> Response:
    """Return a problem as an answer."""
    return Response(problem.body(), problem.status, problem.all_headers)


def read_bounded(body: Body, limit: int, what: str) -> bytes:
    """Return a whole body. Raises Problem `too-large` past `limit` bytes, having read no more than that."""
    too_large = Problem("too-large", f"{what} may have {limit:,} bytes at most.")
    if body.length is not None and body.length > limit:
        raise too_large
    pieces, size = [], 0
    for piece in body.pieces():
        size += len(piece)
        if size > limit:
            raise too_large
        pieces.append(piece)
    return b"".join(pieces)


def decode_params(kind: type[Struct], query: str) -> Struct:
    """Return the query string as a struct: unknown, repeated and wrong parameters are Problems."""
    known = _parameters(kind)
    values: dict[str, Any] = {}
    bracketed: dict[str, str] = {}
    for name, value in _pairs(query):
        if issubclass(kind, Criteria) and (field := _BRACKETED.match(name)) and field[1] in known:
            _put(bracketed, name, value)
        elif name not in known:
            raise Problem("bad-parameter", _unknown(name, list(known)), parameter=name[:100])
        elif known[name]:
            values.setdefault(name, []).append(value)
        else:
            _put(values, name, value)
    if bracketed:
        values[BRACKETED] = bracketed
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Problem("bad-parameter", _sentence(error)) from None


def _put(values: dict[str, Any], name: str, value: str) -> None:
    if name in values:
        raise Problem("bad-parameter", f"{name[:100]} is given twice.", parameter=name[:100])
    values[name] = value


@cache
def _parameters(kind: type[Struct]) -> dict[str, bool]:
    """Return the names of a struct's parameters, and whether each may be repeated."""
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)  # noqa: S101 - for the type checker
    return {field.encode_name: repeats(field.type) for field in described.fields if field.name != BRACKETED}


def repeats(kind: msgspec.inspect.Type) -> bool:
    """Tell whether a parameter of this type is a list, which is written by repeating it."""
    if isinstance(kind, msgspec.inspect.Metadata):
        return repeats(kind.type)
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(repeats(one) for one in kind.types)
    return isinstance(kind, msgspec.inspect.ListType)


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise Problem("bad-parameter", "The query string is not UTF-8, or has too many parameters.") from None


def _params(route: Route, environ: dict[str, Any]) -> Struct:
    query = environ.get("QUERY_STRING", "")
    if not query:
        return route.params()
    return decode_params(route.params, query)


def _body(site: Site, route: Route, environ: dict[str, Any]) -> Struct | None:
    stream: Body = environ["wsgi.input"]
    if stream.finished:
        if route.body is None or route.takes:
            return None
        raise Problem("bad-body", "A JSON body is missing.")
    kind = content_type(environ)
    if kind in route.takes:
        return None
    if route.body is None and not route.takes:
        return None  # a body that nobody asked for is ignored
    if route.body is None or kind != "application/json":
        wanted = ", ".join((*route.takes, *(("application/json",) if route.body else ())))
        raise Problem("wrong-type", f"A body must be {wanted} here.")
    limit = route.body_limit(site) if route.body_limit else JSON_LIMIT
    return decode_body(route.body, read_bounded(stream, limit, "JSON"))


def decode_body(kind: type[Struct], raw: bytes) -> Struct:
    """Return JSON as a struct. Raises Problem `bad-body`, also for unknown fields."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("bad-body", _sentence(error)) from None


def _check_state(site: Site, route: Route) -> None:
    if site.stopping.done() and not route.path.endswith(("/livez", "/readyz")):
        raise Problem("stopping", "The server is stopping.")


def _as_problem(error: Exception, route: Route) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, MailcatchError):
        return problem_of(error)
    if isinstance(error, BadBody):
        return Problem("bad-request", f"The body cannot be read: {error}.", headers=(("Connection", "close"),))
    if isinstance(error, TimeoutError):
        return Problem("timeout", "The body did not come in time.", headers=(("Connection", "close"),))
    if isinstance(error, OSError):
        raise error  # the client is gone: nobody is there to be told
    return internal(error, f"{route.method} {route.path}")


def internal(error: BaseException, where: str) -> Problem:
    """Log an error nobody foresaw, and return the problem with the id under which it was logged."""
    number = new_id()
    log.error("internal error id=%s in %s", number, where, exc_info=error)
    return Problem("internal", f"Something failed here; the log has it under {number}.", id=number)


def _unknown(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean {close[0]!r}?" if close else f" Known: {', '.join(known)}." if known else ""
    return f"There is no parameter {name[:100]!r}.{hint}"


def _sentence(error: Exception) -> str:
    """Return msgspec's complaint as a sentence: its `$.limit` is our `limit`."""
    text = str(error).replace("`$.", "`").replace("Object contains", "There is an")
    return text.rstrip(".") + "."
