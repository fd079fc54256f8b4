"""STORE and EXPUNGE."""

from __future__ import annotations

from tests.support.imap import Running


def test_store(door: Running) -> None:
    """Setting, adding, taking away, keywords, and silence."""
    door.deliver()
    client = door.client()
    assert rb"FLAGS (\Seen Blue" in client.ask(r"STORE 1 FLAGS (\Seen Blue)").untagged[-1]
    assert b"Red" in client.ask("STORE 1 +FLAGS (Red)").untagged[-1]
    assert b"Blue" not in client.ask("STORE 1 -FLAGS (blue)").untagged[-1]
    assert client.ask(r"STORE 1 +FLAGS.SILENT (\Flagged)").untagged == []
    assert rb"\Flagged" in client.ask("FETCH 1 FLAGS").untagged[0]
    summary = door.inbox._store.messages().messages[0]
    assert (summary.read, summary.pinned) == (True, True)


def test_recent_cannot_be_set(door: Running) -> None:
    """It is the server's."""
    door.deliver()
    assert not door.client().ask(r"STORE 1 +FLAGS (\Recent)").ok


def test_unchanged_since(door: Running) -> None:
    """What has changed meanwhile is left alone, and named (RFC 7162 §3.1.3)."""
    door.deliver()
    door.deliver()
    client = door.client()
    client.ask("STORE 1 +FLAGS (Blue)")
    (line,) = client.ask("FETCH 2 MODSEQ").untagged
    known = int(line.split(b"MODSEQ (")[1].split(b")")[0])
    answer = client.ask(f"STORE 1:2 (UNCHANGEDSINCE {known}) +FLAGS (Red)")
    assert b"[MODIFIED 1]" in answer.tagged
    assert b"Red" not in client.ask("FETCH 1 FLAGS").untagged[0]
    assert b"Red" in client.ask("FETCH 2 FLAGS").untagged[0]


def test_expunge(door: Running) -> None:
    """What is flagged, and with UID EXPUNGE only of some UIDs; numbers fall as it goes."""
    for _ in range(4):
        door.deliver()
    client = door.client()
    client.ask(r"STORE 1,2,4 +FLAGS.SILENT (\Deleted)")
    assert b"* 2 EXPUNGE\r\n" in client.ask("UID EXPUNGE 2:3").untagged
    told = [line for line in client.ask("EXPUNGE").untagged if b"EXPUNGE" in line]
    assert told in ([b"* 1 EXPUNGE\r\n", b"* 2 EXPUNGE\r\n"], [b"* 3 EXPUNGE\r\n", b"* 1 EXPUNGE\r\n"])
    assert door.inbox._store.messages().total == 1


def test_elsewhere_the_message_stays(door: Running) -> None:
    """An address account gives away its copy only."""
    door.deliver(to="ann@example.test")
    client = door.client("ann@example.test")
    client.ask(r"STORE 1 +FLAGS (\Deleted)")
    assert client.ask("EXPUNGE").ok
    assert door.inbox._store.messages().total == 1
