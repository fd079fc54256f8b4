"""APPEND."""

from __future__ import annotations

from mailcatch.config import ImapSection
from tests.support.imap import Running, running

RAW = b"Subject: sent\r\n\r\nhey\r\n"


def test_append(door: Running) -> None:
    """With flags and date, in either kind of literal; it is in its folder and in no list."""
    client = door.client()
    command = r'APPEND Sent (\Seen Blue) " 5-Nov-2026 10:00:00 +0100" {%d}' % len(RAW)
    assert b"[APPENDUID " in client.ask(command, RAW).tagged
    client.send(b"x APPEND Sent {%d+}\r\n%s\r\n" % (len(RAW), RAW))
    assert client.response().startswith(b"x OK [APPENDUID ")
    client.ask("SELECT Sent")
    (line,) = client.ask("FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])").untagged
    assert b"Blue" in line
    assert b"Nov-2026 09:00:00 +0000" in line or b"Nov-2026 10:00:00 +0100" in line
    assert RAW in line
    assert door.inbox._store.messages().total == 0


def test_one_appended_to_the_open_mailbox_shows_at_once(door: Running) -> None:
    """EXISTS comes with the answer."""
    client = door.client()
    answer = client.ask("APPEND INBOX {%d}" % len(RAW), RAW)
    assert b"* 1 EXISTS\r\n" in answer.untagged


def test_what_is_refused() -> None:
    """A folder that is not there, and a message that is too large, before it is sent."""
    with running(ImapSection(max_message_size=1_000)) as door:
        client = door.client()
        assert client.ask("APPEND None {%d}" % len(RAW), RAW).tagged.startswith(b"NO [TRYCREATE]")
        assert b"TOOBIG" in client.ask("APPEND Sent {5000}").tagged
        client.send(b"x APPEND Sent {5000+}\r\n" + b"y" * 5_000 + b"\r\n")
        assert b"TOOBIG" in client.response()
        assert client.ask("NOOP").ok
