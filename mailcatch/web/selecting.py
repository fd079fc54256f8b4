"""Which messages a request means: from its parameters to a query, an id or a selection."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import fields

from mailcatch.errors import NotFound
from mailcatch.ids import is_id
from mailcatch.model import Order
from mailcatch.search.query import Query
from mailcatch.store.api import Reader, Selection
from mailcatch.web.cursors import parse_cursor
from mailcatch.web.problems import Problem
from mailcatch.web.shapes import Zone

Q = Annotated[str, Meta(description='A query: words and fields, as `to:bob@x.test subject:"Reset" is:unread`')]

MAX_IDS = 1000

BRACKETED = "bracketed"
"""The member of Criteria that holds parameters with brackets in their names; no parameter is called so."""

_CONTAINS = "The subject contains it; `subject[eq]`, `[glob]`, `[regex]`, `[exists]` as for all texts"


class Criteria(Struct, frozen=True, forbid_unknown_fields=True, rename=lambda name: name.rstrip("_").replace("_", "-")):
    """The fields of the query language as parameters of their own; all of them must match.

    A parameter may name an operator or a property in brackets, as in the text: `subject[regex]`, `attachment[type]`,
    `header[X-Run]`. `before` and `after` are no fields here: they are the cursors of a page.
    """

    from_: Annotated[str, Meta(description="Author: header From. An address is exact")] | UnsetType = UNSET
    to: Annotated[str, Meta(description="Addressed to: header To or Cc, or envelope")] | UnsetType = UNSET
    cc: str | UnsetType = UNSET
    bcc: str | UnsetType = UNSET
    rcpt: Annotated[str, Meta(description="A recipient of the envelope")] | UnsetType = UNSET
    reply_to: str | UnsetType = UNSET
    sender: Annotated[str, Meta(description="Sender of the envelope, or header Sender")] | UnsetType = UNSET
    subject: Annotated[str, Meta(description=_CONTAINS)] | UnsetType = UNSET
    text: Annotated[str, Meta(description="The visible text contains it")] | UnsetType = UNSET
    html: Annotated[str, Meta(description="The source of the HTML contains it")] | UnsetType = UNSET
    body: Annotated[str, Meta(description="Text or source of the HTML contains it")] | UnsetType = UNSET
    header: Annotated[str, Meta(description="`Name=value`, or `Name` alone")] | UnsetType = UNSET
    attachment: Annotated[str, Meta(description="Name of a file, `*` for anything")] | UnsetType = UNSET
    link: Annotated[str, Meta(description="The URL of a link contains it")] | UnsetType = UNSET
    code: Annotated[str, Meta(description="A one-time code")] | UnsetType = UNSET
    size: Annotated[str, Meta(description="Bytes, as 4711 or 10k; `>10k`, `<10k`")] | UnsetType = UNSET
    larger: str | UnsetType = UNSET
    smaller: str | UnsetType = UNSET
    date: Annotated[str, Meta(description="Arrived in that year, month, on that day")] | UnsetType = UNSET
    newer: Annotated[str, Meta(description="Arrived then or later: 2026-11-01, 30m")] | UnsetType = UNSET
    older: Annotated[str, Meta(description="Arrived before: 2026-11-01, 7d")] | UnsetType = UNSET
    user: Annotated[str, Meta(description="AUTH user")] | UnsetType = UNSET
    helo: str | UnsetType = UNSET
    peer: Annotated[str, Meta(description="Client, with or without its port")] | UnsetType = UNSET
    tls: Annotated[str, Meta(description="TLS version and cipher contain it")] | UnsetType = UNSET
    tag: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    message_id: str | UnsetType = UNSET
    is_: Annotated[str, Meta(description="read, unread, pinned, binned")] | UnsetType = UNSET
    has: Annotated[str, Meta(description="attachment, link, code, html …")] | UnsetType = UNSET
    bracketed: dict[str, str] = {}

    def given(self) -> dict[str, str]:
        """Return the fields that were given, by the names they are written with."""
        found = {
            info.encode_name: value
            for info in fields(Criteria)
            if info.name != BRACKETED and (value := getattr(self, info.name)) is not UNSET
        }
        return found | self.bracketed


class Which(Struct, frozen=True, forbid_unknown_fields=True):
    """Which message `latest` or `oldest` is: of those that match."""

    q: Q = ""
    inbox: str | None = None
    tz: Zone = "UTC"


def query_of(text: str, tz: str = "UTC") -> Query | None:
    """Return the query of a text; None if it is blank. Raises QueryError and Problem."""
    there = zone(tz)
    if not text.strip():
        return None
    from mailcatch.search.grammar import parse  # not needed to start

    return parse(text, tz=there, now=time.time_ns() // 1_000_000)


def query_in(value: str | Mapping[str, Any], tz: str = "UTC") -> Query | None:
    """Return the query of a body: its text, or its JSON spelling; None if it asks for nothing. Raises as `query_of`."""
    if isinstance(value, str):
        return query_of(value, tz)
    from mailcatch.search.spelling_json import from_json  # not needed to start

    return from_json(value, tz=zone(tz), now=time.time_ns() // 1_000_000) if value else None


def criteria_of(params: Criteria, tz: str) -> Query | None:
    """Return the query of the parameters that are fields; None if there are none. Raises QueryError and Problem."""
    given = params.given()
    if not given:
        return None
    from mailcatch.search.spelling_parameters import from_fields  # not needed to start

    return from_fields(given, tz=zone(tz))


def zone(name: str) -> tzinfo:
    """Return a time zone by its name. Raises Problem."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem("bad-parameter", f"tz: there is no time zone {name[:64]!r}.", parameter="tz") from None


def id_of(store: Reader, name: str, which: Which) -> str:
    """Return the id that a path names, `latest` and `oldest` included. Raises NotFound and Problem."""
    orders: dict[str, Order] = {"latest": "desc", "oldest": "asc"}
    if name not in orders:
        if which != Which():
            raise Problem("bad-parameter", "q, inbox and tz go with `latest` and `oldest` only.", parameter="q")
        return checked_id(name)
    found = store.found(query_of(which.q, which.tz), limit=1, order=orders[name], inbox=which.inbox)
    if not found:
        raise NotFound("No message matches." if which.q else "There is no message.")
    return found[0].id


def checked_id(name: str) -> str:
    """Return an id if it can be one of ours. Raises NotFound."""
    if not is_id(name):
        raise NotFound(f"There is no message {name[:40]!r}.")
    return name


def selection(
    store: Reader,
    *,
    ids: Sequence[str] | UnsetType,
    query: str | Mapping[str, Any] | UnsetType,
    everything: bool,
    until: str | UnsetType,
    tz: str = "UTC",
) -> Selection:
    """Return what a bulk write is about.

    Exactly one of ids, query and `all` must say it; an empty or blank one says nothing (G13). Raises Problem
    `selector-missing`, QueryError, and the cursor's problems.
    """
    given = [ids is not UNSET, query is not UNSET, everything]
    if sum(given) > 1:
        raise Problem("bad-parameter", "Only one of ids, a query and all can select messages.")
    bound = None if until is UNSET else parse_cursor(store, str(until), "until")
    if ids is not UNSET and ids:
        return Selection(ids=_checked_ids(ids), until=bound)
    parsed = query_in(query, tz) if not isinstance(query, UnsetType) else None
    if parsed is not None:
        return Selection(query=parsed, until=bound)
    if everything:
        return Selection(everything=True, until=bound)
    raise Problem("selector-missing", "Say which messages: ids, a query that is not empty, or all=true.")


def _checked_ids(ids: Sequence[str]) -> tuple[str, ...]:
    if len(ids) > MAX_IDS:
        raise Problem("bad-parameter", f"At most {MAX_IDS} ids at one time.")
    for id in ids:
        if not is_id(id):
            raise Problem("bad-parameter", f"{id[:40]!r} is not an id.")
    return tuple(ids)
