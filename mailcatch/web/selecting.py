"""Which messages a request means: from its parameters to a query, an id or a selection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

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
    page = store.messages(query_of(which.q, which.tz), limit=1, order=orders[name], inbox=which.inbox)
    if not page.messages:
        raise NotFound("No message matches." if which.q else "There is no message.")
    return page.messages[0].id


def checked_id(name: str) -> str:
    """Return an id if it can be one of ours. Raises NotFound."""
    if not is_id(name):
        raise NotFound(f"There is no message {name[:40]!r}.")
    return name


def selection(
    store: Reader,
    *,
    ids: Sequence[str] | UnsetType,
    query: str | UnsetType,
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
    parsed = query_of(query, tz) if query is not UNSET else None
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
