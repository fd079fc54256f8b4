"""SELECT, EXAMINE, CLOSE, UNSELECT."""

from __future__ import annotations

from tests.support.imap import Running


def test_select_tells_everything(door: Running) -> None:
    """Flags, numbers, the first unseen, UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ."""
    door.deliver()
    client = door.client(mailbox=None)
    answer = client.ask("SELECT inbox")
    text = b"".join(answer.untagged)
    for wanted in (b"* 1 EXISTS", b"* 1 RECENT", b"[UNSEEN 1]", b"[UIDVALIDITY ", b"[UIDNEXT 2]", b"[HIGHESTMODSEQ "):
        assert wanted in text
    assert rb"\*)]" in text
    assert answer.tagged.startswith(b"OK [READ-WRITE]")


def test_examine_changes_nothing(door: Running) -> None:
    r"""No flag can be set, and reading sets no \Seen."""
    door.deliver()
    client = door.client(mailbox=None)
    assert client.ask("EXAMINE INBOX").tagged.startswith(b"OK [READ-ONLY]")
    assert client.ask(r"STORE 1 +FLAGS (\Seen)").tagged.startswith(b"NO")
    client.ask("FETCH 1 BODY[]")
    assert rb"\Seen" not in client.ask("FETCH 1 FLAGS").untagged[0]


def test_leaving(door: Running) -> None:
    """CLOSE expunges without a word, UNSELECT does not."""
    door.deliver()
    client = door.client()
    client.ask(r"STORE 1 +FLAGS (\Deleted)")
    assert client.ask("UNSELECT").untagged == []
    assert b"* 1 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
    assert client.ask("CLOSE").untagged == []
    assert b"* 0 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
    assert client.ask("SELECT None").tagged.startswith(b"NO")
    assert client.ask("FETCH 1 FLAGS").tagged.startswith(b"BAD")
