"""SELECT, EXAMINE, CLOSE, UNSELECT."""

import re

from tests.support.imap import Client, Running


def test_an_empty_mailbox_has_no_unseen(client: Client):
    """And its HIGHESTMODSEQ is at least 1 (RFC 7162 §7)."""
    text = b"".join(client.ask("SELECT Junk").untagged)
    assert b"UNSEEN" not in text and b"* 0 EXISTS" in text
    assert int(re.search(rb"HIGHESTMODSEQ (\d+)", text)[1]) >= 1  # type: ignore[index] # or the test fails


def test_uidvalidity_and_uids_last(door: Running, client: Client, user: str):
    """In every session the same."""

    def of(each: Client) -> bytes:
        text = b"".join(each.ask("SELECT INBOX").untagged)
        return re.findall(rb"UIDVALIDITY \d+", text)[0]

    assert of(client) == of(door.client(user))
    client.ask("STORE 3 +FLAGS.SILENT (\\Deleted)")
    client.ask("CLOSE")
    assert b"[UIDNEXT 4]" in b"".join(client.ask("SELECT INBOX").untagged)


def test_keywords_in_use_are_listed(client: Client):
    """With those that can be made."""
    client.ask("STORE 1 +FLAGS.SILENT ($one)")
    flags, permanent = client.ask("SELECT INBOX").untagged[1:3]
    assert b"$one" in flags and b"$one \\*)" in permanent


def test_close_says_nothing_and_removes(client: Client):
    """After EXAMINE it removes nothing."""
    client.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
    client.ask("EXAMINE INBOX")
    assert client.ask("CLOSE").ok
    assert b"* 3 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
    assert client.ask("CLOSE").untagged == []
    assert client.ask("CLOSE").tagged.startswith(b"BAD")
    assert b"* 2 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
