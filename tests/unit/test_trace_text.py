"""A trace as text."""

from __future__ import annotations

import pytest

from mailcatch.trace import KINDS, TraceEvent
from mailcatch.trace_text import line_of, text_of


@pytest.mark.parametrize(
    ("kind", "data", "line"),
    [
        ("smtp.c", {"line": "EHLO a.example", "tls": False}, "-> EHLO a.example"),
        ("smtp.s", {"line": "250 2.1.5 Ok", "ms": 3}, "<- 250 2.1.5 Ok"),
        ("smtp.s", {"line": "250 Ok", "ms": 3040}, "<- 250 Ok    (waited 3.0 s)"),
        ("smtp.s", {"line": "250 \x1b[31mred\r"}, "<- 250 \\x1b[31mred\\x0d"),
        ("tls.open", {"version": "TLSv1.3", "cipher": "X", "verified": True}, "~> TLSv1.3 X, verified"),
        ("tls.open", {"version": "TLSv1.3", "cipher": "X", "why": "expired"}, "~> TLSv1.3 X, NOT verified: expired"),
        ("tcp.connect", {"host": "mx", "address": "192.0.2.1", "port": 25}, "** connecting to mx [192.0.2.1]:25"),
        ("verdict", {"text": "your network blocks port 25"}, "== your network blocks port 25"),
        (
            "mx.order",
            {"hosts": [{"preference": 10, "name": "a"}, {"preference": 20, "name": "b"}]},
            "** mx.order hosts=10:a,20:b",
        ),
        ("rcpt.result", {"text": "no such user", "uncertain": False}, '** rcpt.result text="no such user"'),
    ],
)
def test_events_are_spelt(kind: str, data: dict[str, object], line: str):
    """Arrows for what is said, the kind for all else; nothing that a server sends reaches a terminal raw."""
    assert line_of(TraceEvent(1, 0, kind, data)) == line


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_line_even_without_facts(kind: str):
    """An event of an older version may lack some."""
    assert line_of(TraceEvent(1, 0, kind, {}))


def test_times_are_seconds_since_the_beginning():
    """So lines stand under each other."""
    events = [TraceEvent(1, 0, "smtp.c", {"line": "QUIT"}), TraceEvent(2, 61_002, "smtp.s", {"line": "221 Bye"})]
    assert text_of(events) == "   0.000  -> QUIT\n  61.002  <- 221 Bye\n"
    assert text_of([]) == ""
