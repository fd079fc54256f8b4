"""What is kept of a dialogue."""

from __future__ import annotations

from tests.support.imap import Running


def test_the_transcript_holds_no_password(door: Running) -> None:
    """Neither of LOGIN nor of AUTHENTICATE; the rest of the dialogue is there."""
    client = door.client(None)
    client.ask("LOGIN ann@example.test secret-one")
    client.ask("LOGOUT")
    client.close()
    other = door.client(None)
    other.ask("AUTHENTICATE PLAIN AGFsbABzZWNyZXQtdHdv")
    other.ask("LOGOUT")
    other.close()
    store, bus = door.inbox._store, door.inbox._store
    found: list[str] = []
    seq = 0
    while len(found) < 2:
        found = [each.id for each in store.sessions().sessions if each.ended_at is not None]
        seq = max(seq, bus.cursor().seq)
    for id in found:
        text = "\n".join(line.line for line in store.session(id)[0].transcript or ())
        assert "LOGOUT" in text
        assert "secret" not in text
        assert "c2VjcmV0" not in text
