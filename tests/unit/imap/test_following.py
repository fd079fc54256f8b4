"""IDLE sessions hear of changes."""

from __future__ import annotations

from tests.support.imap import Running


def test_new_mail_is_pushed(door: Running) -> None:
    """To everyone who idles, whatever the account."""
    everyone = door.client()
    ann = door.client("ann@example.test")
    eve = door.client("eve@example.test")
    for client in (everyone, ann, eve):
        assert client.idle().startswith(b"+")
    door.deliver(to="ann@example.test")
    assert everyone.response() == b"* 1 EXISTS\r\n"
    assert ann.response() == b"* 1 EXISTS\r\n"
    assert not [line for line in eve.done().untagged if b"EXISTS" in line]


def test_flags_and_removals_are_pushed(door: Running) -> None:
    """As they happen in another session."""
    door.deliver()
    client, other = door.client(), door.client()
    client.idle()
    other.ask(r"STORE 1 +FLAGS (\Seen)")
    assert rb"\Seen" in client.response()
    other.ask(r"STORE 1 +FLAGS (\Deleted)")
    assert rb"\Deleted" in client.response()
    other.ask("EXPUNGE")
    assert client.response() == b"* 1 EXPUNGE\r\n"
    assert client.done().ok
