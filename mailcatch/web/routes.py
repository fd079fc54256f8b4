"""What an endpoint is: one value that Flask's routing and the OpenAPI document are both made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask import Response
from msgspec import Struct

from mailcatch.web.body import Body
from mailcatch.web.site import Site

P = TypeVar("P")
B = TypeVar("B")

JSON_LIMIT = 1 << 20


class NoParameters(Struct, frozen=True):
    """An endpoint without query parameters."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[P, B]):
    """One request, as an endpoint sees it: everything is decoded and checked.

    `seq` is where the log was before the work began: following from there misses nothing of what the answer shows.
    """

    site: Site
    params: P
    body: B
    path: Mapping[str, str]
    environ: Mapping[str, Any]
    seq: int

    @property
    def cursor(self) -> str:
        """The cursor at `seq`."""
        return self.site.cursor(self.seq)

    @property
    def stream(self) -> Body:
        """The request's body, unread."""
        body: Body = self.environ["wsgi.input"]
        return body

    @property
    def webroot(self) -> str:
        """The prefix of all paths, "" or "/prefix"."""
        return self.site.section.webroot


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint.

    `path` is Flask's rule. `body` is the type of its JSON, `takes` the other media types it reads itself from the
    stream. `answer` is a shape, or a media type for anything else; `problems` are the types beyond those that any
    endpoint can answer.
    """

    method: str
    path: str
    view: Callable[[Ask[Any, Any]], Struct | Response]
    summary: str
    answer: type[Struct] | str
    params: type[Struct] = NoParameters
    body: type[Struct] | None = None
    takes: tuple[str, ...] = ()
    body_limit: Callable[[Site], int] | None = None  # of JSON, if not 1 MB
    status: int = 200
    also: Mapping[int, type[Struct] | str] = field(default_factory=dict)  # further good answers
    problems: tuple[str, ...] = ()
    other: str | None = None  # a media type of which the same answer may be too, if Accept prefers it
