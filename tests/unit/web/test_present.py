"""mailcatch.web.present: values as shapes. Whole answers are held against the document elsewhere."""

from __future__ import annotations

from mailcatch.model import Event, Listener, Part
from mailcatch.web import present


def part(number: str, *children: Part, **values: object) -> Part:
    """Make a part."""
    base = {"charset": None, "encoding": "7bit", "disposition": None, "filename": None, "content_id": None}
    sizes = {"size": 0, "lines": 0, "header_offset": 0, "offset": 0, "length": 0}
    return Part(number=number, content_type="x/y", children=children, **{**base, **sizes, **values})  # type: ignore[arg-type]


def test_parts_are_listed_depth_first() -> None:
    """As IMAP numbers them."""
    root = part("", part("1", part("1.1"), part("1.2")), part("2"))
    assert [one.number for one in present.parts(root)] == ["", "1", "1.1", "1.2", "2"]


def test_a_deep_tree_needs_no_deep_stack() -> None:
    """Ten thousand levels are no recursion error."""
    root = part("0")
    for number in range(10_000):
        root = part(str(number), root)
    assert len(present.parts(root)) == 10_001


def test_what_is_inline() -> None:
    """What says so, or is referred to and does not say otherwise."""
    assert present.attachment(part("1", disposition="inline")).inline
    assert present.attachment(part("1", content_id="x")).inline
    assert not present.attachment(part("1", content_id="x", disposition="attachment")).inline
    assert not present.attachment(part("1")).inline


def test_an_event_without_its_message() -> None:
    """Has no summary."""
    shown = present.event(Event(5, 1000, "removed", "id"))
    assert (shown.seq, shown.at, shown.summary) == (5, "1970-01-01T00:00:01.000Z", None)


def test_ports() -> None:
    """Host, port and protection."""
    (port,) = present.ports([Listener("::1", 1025, "starttls")])
    assert (port.host, port.port, port.tls) == ("::1", 1025, "starttls")
