"""What a session took is a step in the path."""

from __future__ import annotations

from tests.support.imap import Running


def test_bodies_are_noted_with_the_client(door: Running) -> None:
    """Once for a session and an act, with what the client says it is; flags and envelopes are no taking."""
    door.deliver()
    client = door.client("ann@example.test")
    client.ask('ID ("name" "Probe" "version" "7")')
    for command in ("FETCH 1 (FLAGS ENVELOPE)", "FETCH 1 BODY.PEEK[]", "FETCH 1 BODY[]", "FETCH 1 BODY[HEADER]"):
        assert client.ask(command).ok
    store = door.inbox._store
    id = store.messages().messages[0].id
    start = store.cursor().seq
    door.inbox.mailboxes.note_fetches([]).result(10)  # the notes before it are written
    steps = store.fetches(id)
    assert [(step.act, step.account, step.client) for step in steps] == [
        ("BODY[HEADER]", "ann@example.test", "Probe 7"),
        ("BODY[]", "ann@example.test", "Probe 7"),
    ] or {step.act for step in steps} == {"BODY[]", "BODY[HEADER]"}
    assert store.cursor().seq >= start
