"""The way that a message says it came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.hops import Hop, count_received, facts_of, hops_of, read_hop

AT = 1_790_000_000_000


@pytest.mark.parametrize(
    ("value", "hop"),
    [
        (  # Postfix
            "from mx1.example (unknown [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) "
            "(No client certificate requested) by mx2.example (Postfix) with ESMTPS id 4XYZ for <b@y.example>; "
            "Mon, 21 Sep 2026 14:13:20 +0000 (UTC)",
            Hop("mx1.example", "unknown [192.0.2.1]", "mx2.example", "ESMTPS", "4XYZ", "b@y.example", AT),
        ),
        (  # Exim
            "from [192.0.2.1] (helo=app.example) by mx.example with esmtp (Exim 4.96) (envelope-from <a@x.example>) "
            "id 1abc-000-01 for b@y.example; Mon, 21 Sep 2026 16:13:20 +0200",
            Hop("[192.0.2.1]", "helo=app.example", "mx.example", "esmtp", "1abc-000-01", "b@y.example", AT),
        ),
        (  # Postfix, made here
            "by mx.example (Postfix, from userid 1000) id 4XYZ; Mon, 21 Sep 2026 14:13:20 +0000",
            Hop(None, None, "mx.example", None, "4XYZ", None, AT),
        ),
        (  # Exchange
            "from A.example (2603:10a6::1) by B.example (2603:10a6::2) with Microsoft SMTP Server (version=TLS1_2, "
            "cipher=X) id 15.20.1; Mon, 21 Sep 2026 14:13:20 +0000",
            Hop("A.example", "2603:10a6::1", "B.example", "Microsoft SMTP Server", "15.20.1", None, AT),
        ),
        (  # a client that calls itself strangely
            'from [192.0.2.1] (HELO "x\\) [192.0.2.1]) by b with SMTP; Mon, 21 Sep 2026 14:13:20 +0000',
            Hop("[192.0.2.1]", 'HELO "x\\) [192.0.2.1]', "b", "SMTP", None, None, AT),
        ),
        ("nonsense", Hop(None, None, None, None, None, None, None)),
        ("by x; no time", Hop(None, None, "x", None, None, None, None)),
    ],
)
def test_a_field(value: str, hop: Hop):
    """Each server writes it its own way; what is there is found."""
    assert read_hop(value) == hop


def test_the_way_begins_at_the_bottom():
    """Each server writes its line on top of the others, so the last is the first; the delay is the time between."""
    raw = (
        b"Received: from b by c; Mon, 21 Sep 2026 14:13:25 +0000\r\n"
        b"Received: from a\r\n by b; Mon, 21 Sep 2026 14:13:20 +0000\r\n"
        b"Received: by a\r\nSubject: x\r\n\r\nReceived: not a header\r\n"
    )
    assert [(hop.by, hop.delay_ms) for hop in hops_of(raw)] == [("a", None), ("b", None), ("c", 5000)]
    assert count_received(raw) == 3


def test_no_more_than_a_hundred_are_read():
    """A message that went round for ever is read in bounded time; how often it did is counted all the same."""
    raw = b"Received: by a\r\n" * 5_000 + b"\r\n"
    assert (len(hops_of(raw)), count_received(raw)) == (100, 5_000)


@given(st.text(alphabet='()[]<>"\\; byfromwithid\t', max_size=200) | st.text(max_size=200))
def test_anything_is_read(value: str):
    """Nothing raises."""
    assert isinstance(read_hop(value), Hop)
    assert len(hops_of(b"Received: " + value.encode("utf-8", "replace") + b"\r\n\r\n")) <= 100


def test_facts_for_a_trace():
    """Named as the kinds of a trace name them; what is not known is left out."""
    assert facts_of(Hop("a", None, "b", "ESMTP", None, None, AT, 5)) == {
        "by": "b", "from": "a", "at": AT, "with": "ESMTP", "delay": 5,
    }  # fmt: skip
