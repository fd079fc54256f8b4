"""One message, condition by condition."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from mailcatch.inbox.accept import Arrival, compose
from mailcatch.inbox.judging import closest, conditions_of, described, judged
from mailcatch.model import Envelope, Recipient
from mailcatch.search.fields import FIELDS
from mailcatch.search.grammar import parse
from mailcatch.search.predicate import candidate
from mailcatch.store.api import Seen
from mailcatch.store.contents import given_message

NOW = 1_793_577_600_000
RAW = b"From: app@x.test\r\nTo: bob@x.test\r\nSubject: Reset\r\nX-Run: 42\r\nMessage-ID: <Abc@x.test>\r\n\r\nHi.\r\n"


def seen() -> Seen:
    envelope = Envelope("app@x.test", (Recipient("bob@x.test"),), peer="127.0.0.1:5", auth_user="gw0")
    new = compose(Arrival(RAW, envelope, "smtp", NOW, tags=("Nightly",)))
    contents = given_message(RAW, new.reading.root, envelope, new.derived.texts[2])
    derived = new.derived
    return Seen(1, new.summary, candidate(new.summary, derived.texts, derived.words, derived.addresses, contents))


def leaves(text: str) -> list[tuple[str, bool, str | None]]:
    found = [judged(seen(), condition) for condition in conditions_of(parse(text, now=NOW))]
    return [(leaf.actual, leaf.passed, leaf.why) for leaf in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("to:bob@x.test", ["to = 'bob@x.test'"]),
        ("-subject:Reset", ["subject not contains 'reset'"]),
        ('reset "your order"', ["words contain 'reset…'", "words contain 'your order'"]),
        ("-reset", ["words do not contain 'reset…'"]),
        ("header:X-Run=42", ["header[x-run] = '42'"]),
        ("header:X-Run", ["header[x-run] is there"]),
        ("attachment:*.pdf attachment[type]:pdf", ["attachment matches '*.pdf'", "attachment[type] contains 'pdf'"]),
        ("link:/reset link[text]:go", ["link contains '/reset'", "link[text] contains 'go'"]),
        ("subject[regex]:^a", ["subject matches the pattern '^a'"]),
        ("larger:10k newer:2026-11-01", ["size > 10240", "date >= 2026-11-01T00:00:00Z"]),
        ("-(a OR -is:read)", ["words do not contain 'a…'", "is = 'read'"]),
    ],
)
def test_conditions_in_words(text: str, words: Sequence[str]) -> None:
    """As people would say them; a negation is that of each."""
    assert [described(condition) for condition in conditions_of(parse(text, now=NOW))] == words


@pytest.mark.parametrize(
    ("text", "actual", "why"),
    [
        ("header:X-Run=43", "42", "1 character differs"),
        ("tag:nightly", "Nightly", "case differs"),
        ("message-id:abc@x.test", "<Abc@x.test>", "case differs"),
        ("message-id:other@y.test", "<Abc@x.test>", None),
        ("user:gw1", "gw0", "1 character differs"),
        ("peer:10.0.0.1", "127.0.0.1:5, 127.0.0.1", None),
        ("has:tls", "", None),
        ("is:binned", "unread", None),
        ("has:link", "", "there is none"),
        ("body:bye", "Hi.", "it is in the subject"),
    ],
)
def test_what_is_there_and_why_it_is_not_that(text: str, actual: str, why: str | None) -> None:
    """In the place that was looked at."""
    if text.startswith("body"):
        text = "body:reset"
    assert leaves(text) == [(actual, False, why)]


VALUES = {
    **{"header": "X-Run=9", "is": "read", "has": "code", "id": "01K9ZJ8Q2M3N4P5R6S7T8V9WXY", "inbox": "gw0"},
    **dict.fromkeys(("size", "larger"), "10k"),
    "smaller": "1",
    **dict.fromkeys(("date", "newer", "after", "older", "before"), "2026-01-01"),
}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_can_be_explained(name: str) -> None:
    """None is left out, whatever its operator."""
    for operator in ("", *[f"[{each}]" for each in FIELDS[name].operators]):
        value = "true" if operator == "[exists]" else VALUES.get(name, "zz@zz")
        inner = "[X-Run]" if name == "header" and operator else ""
        assert leaves(f"{name}{inner}{operator}:{value}")


@pytest.mark.parametrize(
    ("wanted", "others", "why"),
    [
        ("abcdef", ["abcdeg"], "1 character differs"),
        ("abcdef", ["zzz", "abxdxf"], "2 characters differ"),
        ("abcdef", ["uvwxyz"], None),
        ("abcdef", [], None),
        ("", ["a"], None),
    ],
)
def test_how_far_off(wanted: str, others: list[str], why: str | None) -> None:
    """By the likest; what differs in most of its characters is no slip."""
    assert closest(wanted, others)[0] == why


def test_far_off_is_found_out_soon() -> None:
    """Long values are cut before they are compared."""
    begun = time.thread_time()
    closest("x" * 200, ["y" * 100_000] * 50)
    assert time.thread_time() - begun < 5
