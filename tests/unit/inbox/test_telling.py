"""An explanation in words."""

from __future__ import annotations

import time

import pytest

from mailcatch.inbox.expecting import NONE, Count, Expectation, Progress
from mailcatch.inbox.refusals import Fruitless, Refusal, SmtpSeen
from mailcatch.inbox.telling import Findings, told
from mailcatch.model import Summary
from mailcatch.search.query import All

SILENT = SmtpSeen(0, 0, ())


def summary(seq: int) -> Summary:
    return Summary(
        "01", seq, 0, 1, "", ("bob@x.test",), (), (), (), (), (), (), "Hi", None, None, "", 0, False, False, False, (), (), None, None
    )  # fmt: skip


def text(expectation: Expectation, *found: Summary, smtp: SmtpSeen = SILENT, **state: bool) -> list[str]:
    progress = Progress(expectation, time.monotonic(), list(found))
    for name, value in state.items():
        setattr(progress, name, value)
    return told(progress, Findings((), (), smtp, 0, ("127.0.0.1:1025",))).splitlines()


@pytest.mark.parametrize(
    ("expectation", "found", "headline"),
    [
        (Expectation(All(), within=0), 0, "No mail matched in 0.0 s"),
        (Expectation(All(), within=0, inbox="gw0"), 0, "No mail matched in 0.0 s (inbox gw0)"),
        (Expectation(All(), Count(3), within=0), 1, "1 message of 3 matched in 0.0 s"),
        (Expectation(All(), NONE, within=0), 1, "1 message matched, none expected"),
        (Expectation(All(), Count(1, 1), within=0), 2, "2 messages matched, 1 at most expected"),
        (Expectation(All(), within=0, strict=True), 2, "2 messages matched, 1 expected"),
        (Expectation(All(), NONE, within=0, until=All()), 0, "What the wait was to end with did not come in 0.0 s"),
    ],
)
def test_headlines(expectation: Expectation, found: int, headline: str) -> None:
    """What was asked for, and how it came out."""
    assert text(expectation, *[summary(number) for number in range(found)])[0] == headline


def test_an_inbox_that_is_gone() -> None:
    """Is the whole reason."""
    assert text(Expectation(All(), within=0, inbox="gw0"), deleted=True)[0] == "The inbox was deleted (inbox gw0)"


def test_refusals_are_three_at_most() -> None:
    """Each with its code, its command and who it was."""
    refused = tuple(Refusal(535, "5.7.8", f"no {n}", "AUTH", "apikey", "127.0.0.1:5", "01") for n in range(5))
    lines = text(Expectation(All(), within=0), smtp=SmtpSeen(5, 0, refused))
    assert lines[-4:] == [
        "SMTP: 5 connections, 0 messages, 5 rejected:",
        *[f"  535 5.7.8 no {n} (AUTH, user 'apikey', from 127.0.0.1:5): session 01" for n in range(3)],
    ]


def test_a_dialogue_that_brought_nothing() -> None:
    """Says how it ended: a client that does not trust a certificate refuses nothing, it goes."""
    seen = SmtpSeen(1, 0, (), (Fruitless("the client broke off", "127.0.0.1:5", "01"),))
    last = text(Expectation(All(), within=0), smtp=seen)[-1]
    assert last == "  no mail: the client broke off (from 127.0.0.1:5): session 01"


def test_where_it_was_looked() -> None:
    """The inbox and the cursor are said."""
    progress = Progress(Expectation(All(), within=0, inbox="gw0", since=7), time.monotonic())
    found = told(progress, Findings((), (), SILENT, 0, (), 1, "9f3a11c2.7"))
    assert found.startswith("No mail matched in 0.0 s (inbox gw0, since 9f3a11c2.7)\n")


def test_nobody_connected() -> None:
    """Then the listeners are named, and the page that helps."""
    assert "0 connections. mailcatch listens on 127.0.0.1:1025" in text(Expectation(All(), within=0))[-2]
