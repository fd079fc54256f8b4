"""Tags that a mail gets on arrival."""

from __future__ import annotations

import pytest

from mailcatch.errors import ConfigError
from mailcatch.inbox.accept import Arrival, Rules, compose
from mailcatch.inbox.routing import Router
from mailcatch.inbox.tagging import Tagger, bounded, named
from mailcatch.mime.headers import Fields
from mailcatch.model import Envelope, Recipient
from mailcatch.rules import TagRule
from mailcatch.search import comparing
from mailcatch.store.api import MOST_TAGS, Destination


def tags(raw: bytes, *rules: TagRule, given: tuple[str, ...] = ()) -> tuple[str, ...]:
    envelope = Envelope("shop@shop.example", (Recipient("bob@x.test"),))
    made = compose(
        Arrival(raw, envelope, "smtp", 1_700_000_000_000, tags=given),
        Rules(Router(), Tagger(rules), lambda destination: destination.named or destination.fallback),
    )
    return made.summary.tags


def test_the_header_names_some():
    """Between commas, decoded; what can be none is passed over."""
    assert tags(b"X-Tags: a, =?utf-8?q?b=C3=BC?=,, a , \x00\r\nSubject: x\r\n\r\n") == ("a", "bü")
    assert tags(b"Subject: x\r\n\r\n", given=("kept",)) == ("kept",)


def test_queries_of_the_configuration_give_others():
    """In the language of the search box, by envelope, header, text and inbox."""
    rules = (
        TagRule("billing", "subject:invoice"), TagRule("shop", "rcpt:bob@x.test from:shop"),
        TagRule("here", "inbox:default"), TagRule("never", "subject:other"),
    )  # fmt: skip
    assert tags(b"From: shop@shop.example\r\nSubject: Your Invoice\r\n\r\n", *rules) == ("billing", "shop", "here")


def test_queries_about_what_is_inside():
    """Headers, links, codes, files and the dialogue too: the mail is at hand."""
    raw = b"X-Run: 42\r\nSubject: x\r\n\r\nYour code is 482910: https://shop.example/reset?token=abc\r\n"
    rules = (
        TagRule("run", "header:X-Run=42"), TagRule("other", "header:X-Run=4"), TagRule("code", "has:code code:482910"),
        TagRule("reset", "link:/reset?"), TagRule("text", "body:482910 -has:attachment"), TagRule("login", "has:user"),
    )  # fmt: skip
    assert tags(raw, *rules) == ("run", "code", "reset", "text")


def test_a_rule_whose_pattern_is_slow_is_left_out(monkeypatch: pytest.MonkeyPatch):
    """The mail is kept all the same, with the tags of the other rules."""
    monkeypatch.setattr(comparing, "SLOW", -1.0)
    assert tags(b"Subject: x\r\n\r\n", TagRule("slow", "subject[regex]:x"), TagRule("other", "subject:x")) == ("other",)


def test_a_rule_that_cannot_be_read_names_itself_and_the_place():
    """At the start, not at the first mail."""
    with pytest.raises(ConfigError, match=r"\[\[tag\]\] 'x': query, character"):
        Tagger([TagRule("x", "subjekt:a")])


def test_a_mail_has_only_so_many():
    """A header of a thousand tags fills no table."""
    header = b"X-Tags: " + b",".join(b"t%d" % n for n in range(1000)) + b"\r\n\r\n"
    assert len(tags(header)) == MOST_TAGS
    assert bounded(["a", "b", "a"]) == ("a", "b")
    assert list(named(None)) == []
    assert list(named(Fields([]))) == []


def test_without_rules_nothing_looks_at_the_mail():
    """Nor is it asked where it lies."""
    assert not Tagger()
    made = compose(
        Arrival(b"Subject: x\r\n\r\n", Envelope("a@x.test", ()), "smtp", 1, destination=Destination(named=("q",))),
        Rules(Router(), Tagger(), lambda destination: pytest.fail("asked")),
    )
    assert (made.summary.tags, made.derived_before) == ((), None)
