"""APPEND."""

from mailcatch.config import ImapSection
from tests.support.imap import Client, Running, running


def test_what_is_appended_is_not_in_the_list(door: Running, client: Client):
    """It is the client's own, byte for byte, in its folder only."""
    raw = b"\x00no header\nat all\xff"
    total = door.store.messages().total
    assert client.ask("APPEND Drafts (\\Draft) {%d}" % len(raw), raw).ok
    assert door.store.messages().total == total
    client.ask("SELECT Drafts")
    (fetched,) = client.ask("FETCH 1 (FLAGS BODY.PEEK[])").untagged
    assert fetched.endswith(b"BODY[] {%d}\r\n%s)\r\n" % (len(raw), raw)) and b"\\Draft" in fetched


def test_dates_are_kept(client: Client):
    """In UTC."""
    client.ask('APPEND Sent "01-Jan-2020 01:00:00 +0200" {1}', b"x")
    client.ask("SELECT Sent")
    assert b'"31-Dec-2019 23:00:00 +0000"' in client.ask("FETCH 1 INTERNALDATE").untagged[0]


def test_an_empty_message_and_one_too_large():
    """NO, and the session goes on."""
    with running(ImapSection(max_message_size=1000)) as door:
        client = door.client()
        assert client.ask("APPEND INBOX {0}", b"").tagged.startswith(b"NO")
        assert client.ask("APPEND INBOX {1001}").tagged.startswith(b"NO [TOOBIG]")
        assert client.ask("APPEND INBOX {1001+}\r\n" + "x" * 1001).tagged.startswith(b"NO [TOOBIG]")
        assert client.ask("APPEND INBOX {1000}", b"x" * 1000).ok
