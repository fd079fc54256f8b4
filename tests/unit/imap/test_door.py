"""The IMAP door as a whole."""

from __future__ import annotations

import imaplib

from mailcatch.config import ImapSection
from tests.support.imap import Running, running


def test_a_library_reads_and_changes_mail(door: Running) -> None:
    """Imaplib's way through a mailbox."""
    door.deliver()
    with imaplib.IMAP4(*door.address) as client:
        client.login("all", "anything")
        assert client.select() == ("OK", [b"1"])
        assert client.fetch("1", "(BODY[])")[1][0][1] == b"Subject: hello\r\n\r\nworld\r\n"
        assert client.fetch("1", "(FLAGS)")[1] == [rb"1 (FLAGS (\Seen \Recent))"]
        client.store("1", "+FLAGS", r"\Deleted")
        assert client.expunge() == ("OK", [b"1"])
        assert client.uid("SEARCH", "ALL") == ("OK", [b""])


def test_the_end_is_said() -> None:
    """Idle clients hear BYE when the door closes."""
    with running() as door:
        client = door.client()
        door.clients.clear()
    assert client.response().startswith(b"* BYE ")
    client.close()


def test_too_many_clients_are_turned_away() -> None:
    """With a BYE, and the others stay."""
    with running(ImapSection(max_connections=1)) as door:
        first = door.client(None)
        second = door.client(None)
        assert second.greeting.startswith(b"* BYE ")
        assert first.ask("NOOP").ok
