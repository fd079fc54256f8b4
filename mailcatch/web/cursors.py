"""Cursors in the API: where in the log a client stands."""

from __future__ import annotations

import re
import time

from mailcatch.model import Cursor
from mailcatch.store.api import Reader
from mailcatch.web.problems import Problem
from mailcatch.web.times import duration, moment

_CURSOR = re.compile(r"(?P<epoch>[0-9A-Za-z_-]{1,64})\.(?P<seq>[0-9]{1,18})\Z")


def parse_cursor(store: Reader, text: str, parameter: str) -> int:
    """Return the seq of a cursor of this log.

    Raises Problem: `bad-parameter` if it is none, `cursor-expired` if it is of another database or ahead of the log (a
    backup was restored): silence would then mean nothing (G10).
    """
    match = _CURSOR.match(text)
    if match is None:
        raise Problem("bad-parameter", f"{parameter}: {text[:100]!r} is not a cursor.", parameter=parameter)
    now, seq = store.cursor(), int(match["seq"])
    if match["epoch"] != now.epoch:
        raise Problem("cursor-expired", "The cursor is of another database: begin anew.", cursor=str(now))
    if seq > now.seq:
        raise Problem("cursor-expired", "The cursor is ahead of the log: begin anew.", cursor=str(now))
    return seq


def parse_since(store: Reader, text: str, parameter: str = "since") -> int:
    """Return the seq after which events are asked for: a cursor, `now`, `start`, a duration back, or a time.

    Durations are taken on the server's clock. Raises Problem.
    """
    if text == "now":
        return store.cursor().seq
    if text == "start":
        return 0
    back = duration(text)
    if back is not None:
        return seq_at(store, time.time_ns() // 1_000_000 - back)
    # A blank is a plus that was not escaped: 2026-11-23T09:00:00+01:00
    at = moment(text.replace(" ", "+"))
    return parse_cursor(store, text, parameter) if at is None else seq_at(store, at)


def seq_at(store: Reader, at: int) -> int:
    """Return the seq of the last event before `at` (milliseconds since 1970), by bisection: a few dozen reads."""
    low, high = 0, store.cursor().seq
    while low < high:
        middle = (low + high) // 2
        events = store.events(middle, 1).events
        if not events or events[0].at >= at:
            high = middle
        else:
            low = events[0].seq
    return low


def cursor_text(store: Reader, seq: int) -> str:
    """Return the cursor at `seq`."""
    return str(Cursor(store.epoch, seq))
