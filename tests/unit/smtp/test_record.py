"""When a session is kept, and how often."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from mailcatch.connection.transcript import LARGEST
from mailcatch.errors import Overloaded
from mailcatch.model import Session
from mailcatch.smtp.record import SECONDS, Record


class Kept(list[Session]):
    """What was given to be kept: the writing side of an inbox and nothing else, for no mail is involved."""

    def record(self, session: Session) -> Future[None]:
        self.append(session)
        return Future()


class Full:
    """An inbox with no room."""

    def record(self, session: Session) -> Future[None]:
        raise Overloaded("the disk is full")


class Clock:
    """The loop's timers, which go off when the test says so."""

    def __init__(self) -> None:
        self.set: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Clock:
        self.set.append((seconds, callback))
        return self

    def cancel(self) -> None:
        self.set.clear()

    def strike(self) -> float:
        """Let the only timer go off; return how long it was set for."""
        ((seconds, callback),) = self.set
        self.set.clear()
        callback()
        return seconds


def record(inbox: object, clock: Clock | None = None) -> Record:
    return Record(inbox, "127.0.0.1:5", "127.0.0.1:1025", (clock or Clock()).call_later)  # type: ignore[arg-type]


def talk(dialogue: Record, lines: int) -> None:
    for number in range(lines):
        dialogue.transcript.client(b"NOOP %d" % number)


def test_a_silent_connection_leaves_no_row():
    """A port scan or health check is not worth one."""
    kept = Kept()
    record(kept).ended("the client closed the connection")
    assert kept == []


def test_one_that_said_something_does():
    """Also without mail: a client that gives up after EHLO is what people look for."""
    kept = Kept()
    dialogue = record(kept)
    dialogue.spoken = True
    dialogue.ended("the client closed the connection")
    assert [session.outcome for session in kept] == ["the client closed the connection"]


def test_the_first_refusal_is_kept_at_once():
    """With its transcript, and so is each further one while the transcript is short."""
    kept = Kept()
    dialogue = record(kept)
    dialogue.transcript.client(b"FOO")
    dialogue.refused()
    dialogue.refused()
    assert [(session.rejected, len(session.transcript or ())) for session in kept] == [(1, 1), (2, 1)]
    dialogue.ended("QUIT")
    assert (kept[-1].rejected, kept[-1].outcome, kept[-1].ended_at is not None) == (2, "QUIT", True)


def test_a_busy_session_writes_its_transcript_seldom():
    """Its counters go with each mail, a long transcript does not: rewriting it per mail would be quadratic."""
    kept, clock = Kept(), Clock()
    dialogue = record(kept, clock)
    talk(dialogue, 100)
    mails = []
    for _ in range(50):
        mails.append(dialogue.of_mail())
        dialogue.accepted()
    assert [session.accepted for session in mails] == list(range(1, 51))
    assert [session.transcript is not None for session in mails] == [True] + [False] * 49
    assert (kept, len(clock.set)) == ([], 1)


def test_what_a_mail_did_not_carry_follows():
    """A pooled connection that falls silent has its last lines in the row a moment later."""
    kept, clock = Kept(), Clock()
    dialogue = record(kept, clock)
    dialogue.of_mail()
    dialogue.transcript.server("250 2.0.0 Ok")
    dialogue.accepted()
    assert clock.strike() == SECONDS
    assert [(session.accepted, [line.line for line in session.transcript or ()]) for session in kept] == [
        (1, ["250 2.0.0 Ok"])
    ]


def test_a_very_long_transcript_is_written_more_rarely():
    """So that fifty busy connections do not write fifty of them a second."""
    clock = Clock()
    dialogue = record(Kept(), clock)
    while dialogue.transcript.size < LARGEST - 1_000:
        talk(dialogue, 1)
    dialogue.of_mail()
    dialogue.accepted()
    assert 15 * SECONDS < clock.strike() < 17 * SECONDS


def test_a_mail_that_was_not_stored_does_not_count():
    """What goes with a mail counts it; the session itself only once it is stored."""
    kept = Kept()
    dialogue = record(kept)
    assert dialogue.of_mail().accepted == 1
    dialogue.refused()
    assert (kept[-1].accepted, kept[-1].rejected) == (0, 1)


def test_nothing_follows_the_end():
    """A mail that is stored after the client has gone sets no timer: nobody would stop it."""
    kept, clock = Kept(), Clock()
    dialogue = record(kept, clock)
    dialogue.of_mail()
    dialogue.accepted()
    dialogue.ended("QUIT")
    dialogue.accepted()
    assert (clock.set, len(kept)) == ([], 1)


def test_a_session_that_cannot_be_kept_breaks_nothing():
    """The dialogue goes on."""
    dialogue = record(Full())
    dialogue.refused()
    dialogue.ended("QUIT")


def test_one_line_in_the_log(caplog: pytest.LogCaptureFixture):
    """Each session ends with one record, its facts beside the message."""
    caplog.set_level(logging.INFO)
    dialogue = record(Kept())
    dialogue.note(helo="client.test", protocol="ESMTP")
    dialogue.of_mail()
    dialogue.accepted()
    dialogue.ended("QUIT")
    (line,) = caplog.records
    facts = {name: vars(line)[name] for name in ("peer", "listener", "helo", "accepted", "rejected", "outcome")}
    assert (line.getMessage(), facts) == (
        "session ended",
        {"peer": "127.0.0.1:5", "listener": "127.0.0.1:1025", "helo": "client.test", "accepted": 1, "rejected": 0,
         "outcome": "QUIT"},
    )  # fmt: skip
