"""The OpenAPI 3.1 document, made from the routes and the shapes: there is no second description to fall behind."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from mailcatch import __version__
from mailcatch.web import expectations, shapes
from mailcatch.web.application import API
from mailcatch.web.binding import repeats
from mailcatch.web.headers import CURSOR
from mailcatch.web.problems import CONTENT_TYPE, KINDS
from mailcatch.web.routes import NoParameters, Route
from mailcatch.web.selecting import BRACKETED, Which

_REF = "#/components/schemas/{name}"
_PATH_PARAMETER = re.compile(r"<(\w+)>")
_ALWAYS = ("bad-parameter", "foreign-origin", "unknown-host", "internal", "stopping", "store-failed", "too-large")
_WITH_BODY = ("bad-body", "wrong-type", "bad-request", "timeout")

Json = dict[str, Any]


@lru_cache(maxsize=4)
def document(webroot: str) -> bytes:
    """Return the document as JSON; `webroot` is the prefix of all paths."""
    paths: dict[str, Json] = {}
    for route in API:
        path = _PATH_PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "mailcatch",
                "version": __version__,
                "description": "A mail sink for development. Errors are problem+json (RFC 9457).",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": webroot or "/"}],
            "paths": paths,
            "components": {"schemas": _components()},
        }
    )


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": route.view.__name__.strip("_"),
        "summary": route.summary,
        "description": (route.view.__doc__ or "").strip(),
        "parameters": [*_path_parameters(route), *_query_parameters(route.params)],
        "responses": _responses(route),
    }
    if route.body or route.takes:
        operation["requestBody"] = {"required": True, "content": _request_content(route)}
    return operation


def _path_parameters(route: Route) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _path_pattern(name, route)},
        }
        for name in _PATH_PARAMETER.findall(route.path)
    ]


def _path_pattern(name: str, route: Route) -> str:
    if name != "id":
        return r"^[0-9]+(\.[0-9]+)*$"  # of a part
    return f"^({shapes.ID}|latest|oldest)$" if route.params is Which else f"^{shapes.ID}$"


def _query_parameters(kind: type[Struct]) -> list[Json]:
    if kind is NoParameters:
        return []
    schema = msgspec.json.schema(kind)
    properties = next(iter(schema["$defs"].values()))["properties"]
    found = []
    for field in _struct(kind).fields:
        if field.name == BRACKETED:
            continue
        described = properties[field.encode_name]
        parameter: Json = {"name": field.encode_name, "in": "query", "required": field.required, "schema": described}
        if "description" in described:
            parameter["description"] = described.pop("description")
        if repeats(field.type):
            parameter |= {"style": "form", "explode": True}
        found.append(parameter)
    return found


def _struct(kind: type[Struct]) -> msgspec.inspect.StructType:
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)  # noqa: S101 - for the type checker
    return described


def _request_content(route: Route) -> Json:
    content: Json = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in route.takes}
    if route.body:
        content["application/json"] = {"schema": _reference(route.body)}
    return content


def _responses(route: Route) -> Json:
    responses: Json = {str(route.status): _response(route.answer, route.summary)}
    if route.other is not None:
        responses[str(route.status)]["content"][route.other] = {}
    responses |= {str(status): _response(answer, "As asked for") for status, answer in route.also.items()}
    versioned = route.path.startswith("/v1/")
    names = [*route.problems, *(_ALWAYS if versioned else _ALWAYS[1:5])]
    names += _WITH_BODY if route.body or route.takes else ()
    for name in dict.fromkeys(names):
        _add_problem(responses, name, KINDS[name].status)
    _add_problem(responses, "too-large", 414)  # with a target that is too long
    if versioned:
        for status, response in responses.items():
            if status == "101":  # a websocket's is in its Hello
                continue
            response["headers"] = {CURSOR: {"schema": {"type": "string"}, "description": "Where the log was"}}
    return responses


def _add_problem(responses: Json, name: str, status: int) -> None:
    response = responses.setdefault(str(status), {"description": KINDS[name].title, "content": {}})
    response["content"].setdefault(CONTENT_TYPE, {"schema": _reference(expectations.ProblemShape)})


def _response(answer: type[Struct] | str, description: str) -> Json:
    if answer == "websocket":
        return {"description": f"{description}: a Hello, then an Event in each text message"}
    if answer == "text/event-stream":
        return {"description": f"{description}: a Hello, then an Event in each `data`", "content": {answer: {}}}
    if isinstance(answer, str):
        return {"description": description, "content": {answer: {}}}
    if answer is shapes.MessagePage:  # with `fields`, summaries are partial
        either = {"anyOf": [_reference(shapes.MessagePage), _reference(shapes.PartialPage)]}
        return {"description": description, "content": {"application/json": {"schema": either}}}
    return {"description": description, "content": {"application/json": {"schema": _reference(answer)}}}


def _reference(kind: type[Struct]) -> Json:
    return {"$ref": _REF.format(name=_name(kind))}


def _name(kind: type[Struct]) -> str:
    return kind.__name__


def _components() -> Json:
    kinds: list[type[Struct]] = [expectations.ProblemShape, shapes.PartialPage, shapes.Hello, shapes.Event]
    for route in API:
        kinds += [kind for kind in (route.answer, route.body, *route.also.values()) if isinstance(kind, type)]
    _, components = msgspec.json.schema_components(tuple(dict.fromkeys(kinds)), ref_template=_REF)
    return {name.split(".")[-1]: schema for name, schema in components.items()}
