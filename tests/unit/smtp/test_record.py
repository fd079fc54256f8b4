"""When a session is kept, and how often."""

from concurrent.futures import Future

from mailcatch.errors import Overloaded
from mailcatch.model import Session
from mailcatch.smtp.record import Record


class Kept(list[Session]):
    """What was given to be kept: the writing side of an inbox and nothing else, for no mail is involved."""

    def record(self, session: Session) -> Future[None]:
        self.append(session)
        return Future()


class Full:
    """An inbox with no room."""

    def record(self, session: Session) -> Future[None]:
        raise Overloaded("the disk is full")


def record(inbox: object) -> Record:
    return Record(inbox, "127.0.0.1:5", "127.0.0.1:1025")  # type: ignore[arg-type]


def test_a_silent_connection_leaves_no_row():
    """A port scan or health check is not worth one."""
    kept = Kept()
    record(kept).ended("the client closed the connection")
    assert kept == []


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
    """Its counters go with each mail, a long transcript once a second: rewriting it per mail would be quadratic."""
    dialogue = record(Kept())
    for number in range(1_000):
        dialogue.transcript.client(b"NOOP %d" % number)
    sessions = [dialogue.of_mail() for _ in range(50)]
    assert [session.accepted for session in sessions] == list(range(1, 51))
    assert sum(session.transcript is not None for session in sessions) <= 2


def test_a_session_that_cannot_be_kept_breaks_nothing():
    """The dialogue goes on."""
    dialogue = record(Full())
    dialogue.refused()
    dialogue.ended("QUIT")
