"""The spelling of a query as parameters of a query string: `?rcpt=bob@x.test&subject=Reset`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, tzinfo

from mailcatch.search.grammar import _Context, term
from mailcatch.search.query import And, Query

NAMES = frozenset({"from", "to", "cc", "bcc", "rcpt", "sender", "reply-to", "subject", "text", "tag", "message-id"})
"""The parameters that are field terms."""


def from_fields(fields: Mapping[str, str], *, tz: tzinfo = UTC, now: int | None = None) -> Query:
    """Return the AST of `fields`, all of which must match. Raises QueryError."""
    context = _Context(tz, time.time_ns() // 1_000_000 if now is None else now)
    return And(tuple([term(name, value, 0, 0, context) for name, value in fields.items()]))
