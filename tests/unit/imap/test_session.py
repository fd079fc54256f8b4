"""The loop of a session: whatever goes wrong has its answer, and the session lives on."""

import logging

import pytest

from mailcatch.config import ImapSection
from mailcatch.errors import Overloaded, StoreError
from tests.support.imap import Failing, running

NAMES = ("placed", "changes", "search_mailbox", "rows")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Overloaded("the search took too long"), b"NO [UNAVAILABLE] the search took too long"),
        (StoreError("the database failed"), b"NO [SERVERBUG] the database failed"),
        (ZeroDivisionError("secret"), b"NO [SERVERBUG] mailcatch failed at this"),
    ],
)
def test_a_database_that_fails_ends_no_session(error: Exception, code: bytes, caplog: pytest.LogCaptureFixture):
    """NO with its code; as soon as it works again, so does the session."""
    failing: list[Failing] = []

    def failing_at_times(store: object) -> Failing:
        failing.append(Failing(store, NAMES))
        return failing[0]

    with running(reader_of=failing_at_times) as door, caplog.at_level(logging.ERROR):
        door.deliver()
        client = door.client()
        failing[0].error = error
        for command in (
            "FETCH 1 FLAGS",
            "FETCH 1 ENVELOPE",
            "FETCH 1 BODY.PEEK[]",
            "SEARCH ALL",
            "SORT (SIZE) UTF-8 ALL",
        ):
            assert client.ask(command).tagged.startswith(code), command
        failing[0].error = None
        assert client.ask("FETCH 1 FLAGS").ok
    assert ("an IMAP command failed" in caplog.text) is isinstance(error, ZeroDivisionError)


def test_bads_are_counted_whatever_their_reason():
    """Unknown, unreadable, in the wrong state; a NO is no error."""
    with running(ImapSection(max_errors=3)) as door:
        client = door.client(mailbox=None)
        assert client.ask("SELECT nowhere").tagged.startswith(b"NO")
        for command in ("XYZZY", "FETCH 1 FLAGS"):
            assert client.ask(command).tagged.startswith(b"BAD")
        assert client.ask("SELECT").tagged.startswith(b"BAD")
        assert client.response().startswith(b"* BYE") and client.response() == b""


def test_a_line_without_a_tag_is_answered_without_one():
    """An empty line, too."""
    with running() as door:
        client = door.client(mailbox=None)
        client.send(b"\r\n")
        assert client.response().startswith(b"* BAD")
        assert client.ask("NOOP").ok


def test_sessions_know_how_they_ended():
    """LOGOUT, or a client that has gone."""
    with running() as door:
        door.client().ask("LOGOUT")
        door.client().close()
        outcomes: set[str | None] = set()
        while len(outcomes) < 2:
            door.bus.wait(door.bus.seq, 0.2)
            outcomes = {each.outcome for each in door.store.sessions().sessions if each.outcome}
        assert outcomes == {"LOGOUT", "the client closed the connection"}
