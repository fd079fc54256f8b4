"""When the row of a session is written, and with what."""

from __future__ import annotations

from concurrent.futures import Future

from mailcatch.connection.record import Record
from mailcatch.errors import StoreError
from mailcatch.model import Session


class Kept(list[Session]):
    """Keeps sessions as a store does."""

    def __call__(self, session: Session) -> Future[None]:
        """Keep one."""
        self.append(session)
        done: Future[None] = Future()
        done.set_result(None)
        return done


def made(kept: Kept) -> Record:
    """Begin a record."""
    return Record(kept, "POP3", "[::1]:4711", "[::1]:1110")


def test_a_dialogue_in_which_nothing_was_said_leaves_no_row():
    """A probe of the port is of no interest."""
    kept = Kept()
    record = made(kept)
    record.end("the client closed the connection")
    record.close()
    assert kept == []


def test_what_was_said_is_kept_at_the_end():
    """With its lines and its outcome; the first outcome is the one."""
    kept = Kept()
    record = made(kept)
    record.spoken = True
    record.transcript.client(b"QUIT")
    record.end("QUIT")
    record.end("the client closed the connection")
    record.close()
    record.close()
    (session,) = kept
    assert (session.protocol, session.peer, session.outcome) == ("POP3", "[::1]:4711", "QUIT")
    assert session.ended_at is not None
    assert session.transcript is not None
    assert [line.line for line in session.transcript] == ["QUIT"]


def test_it_is_kept_as_soon_as_it_is_interesting():
    """What becomes known later is written at once, and a failed login is counted."""
    kept = Kept()
    record = made(kept)
    record.note(auth_user="ann")
    record.refused()
    record.note(client="mutt")
    assert [(each.auth_user, each.client, each.rejected, each.ended_at) for each in kept] == [
        ("ann", None, 1, None),
        ("ann", "mutt", 1, None),
    ]


def test_the_host_is_the_address_without_its_port():
    """As failures are counted by."""
    assert made(Kept()).host == "[::1]"


def test_a_store_that_fails_does_not_disturb_the_dialogue(caplog):
    """It is logged, whether the store says so at once or later."""

    def at_once(session: Session) -> Future[None]:
        raise StoreError("no disk")

    def later(session: Session) -> Future[None]:
        failed: Future[None] = Future()
        failed.set_exception(StoreError("no disk"))
        return failed

    Record(at_once, "IMAP", "a:1", "b:2").refused()
    Record(later, "IMAP", "a:1", "b:2").refused()
    assert caplog.text.count("a session could not be kept") == 2
