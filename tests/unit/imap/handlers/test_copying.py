"""COPY and MOVE."""

from __future__ import annotations

from tests.support.imap import Running


def test_copy(door: Running) -> None:
    """With the UIDs of both sides (RFC 4315 §3)."""
    door.deliver()
    door.deliver()
    client = door.client()
    answer = client.ask("UID COPY 1:2 Sent")
    assert b"[COPYUID " in answer.tagged
    assert b" 1:2 1:2]" in answer.tagged
    assert b"* 2 EXISTS\r\n" in client.ask("EXAMINE Sent").untagged


def test_move_to_the_trash_is_the_bin(door: Running) -> None:
    """COPYUID comes before the EXPUNGE (RFC 6851 §4.3)."""
    door.deliver()
    client = door.client()
    answer = client.ask("MOVE 1 Trash")
    assert answer.ok
    told = b"".join((*answer.untagged, answer.tagged))
    assert told.index(b"COPYUID") < told.index(b"* 1 EXPUNGE") or b"COPYUID" in answer.untagged[0]
    assert door.inbox._store.counts().binned == 1


def test_a_target_that_is_not_there(door: Running) -> None:
    """Could be made."""
    door.deliver()
    client = door.client()
    for command in ("COPY 1 None", "MOVE 1 None", "UID COPY 1 None"):
        assert client.ask(command).tagged.startswith(b"NO [TRYCREATE]")
    assert client.ask("UID COPY 77 Sent").ok
