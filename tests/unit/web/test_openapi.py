"""mailcatch.web.openapi: the document."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from mailcatch.ids import new_id
from mailcatch.web.application import API
from mailcatch.web.openapi import document
from mailcatch.web.problems import KINDS

DOCUMENT = json.loads(document("/mail"))


def test_every_route_is_in_it() -> None:
    """With its method, once, under its own operation id."""
    expected = {(re.sub(r"<(\w+)>", r"{\1}", route.path), route.method.lower()) for route in API}
    found = {(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations}
    assert found == expected
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere() -> None:
    """And every schema is one."""
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert names <= set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_parameters_are_described() -> None:
    """Path parameters are required, query parameters say their bounds."""
    parameters = {one["name"]: one for one in DOCUMENT["paths"]["/v1/messages"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
    assert {"from", "is", "q", "offset"} <= set(parameters)
    deletes = {one["name"]: one for one in DOCUMENT["paths"]["/v1/messages"]["delete"]["parameters"]}
    assert deletes["id"]["explode"] is True
    (id,) = DOCUMENT["paths"]["/v1/sessions/{id}"]["get"]["parameters"]
    assert (id["in"], id["required"]) == ("path", True)
    assert re.search(id["schema"]["pattern"], new_id())
    for name in ("latest", new_id()):
        (id, *_) = DOCUMENT["paths"]["/v1/messages/{id}/raw"]["get"]["parameters"]
        assert re.search(id["schema"]["pattern"], name)


def test_problems_are_promised() -> None:
    """Every problem a route names exists, and its status is among the responses."""
    for route in API:
        responses = DOCUMENT["paths"][re.sub(r"<(\w+)>", r"{\1}", route.path)][route.method.lower()]["responses"]
        assert {str(KINDS[name].status) for name in route.problems} <= set(responses)


def test_the_prefix_is_the_server() -> None:
    """Paths are relative to the webroot."""
    assert DOCUMENT["servers"] == [{"url": "/mail"}]
    assert json.loads(document(""))["servers"] == [{"url": "/"}]
