"""IDLE (RFC 2177)."""

from __future__ import annotations

from tests.support.imap import Running


def test_idle_ends_with_done(door: Running) -> None:
    """In any case."""
    client = door.client()
    assert client.idle().startswith(b"+")
    client.send(b"done\r\n")
    assert b"OK" in client.response()


def test_anything_else_is_bad(door: Running) -> None:
    """And the session lives on."""
    client = door.client()
    client.idle()
    client.send(b"x NOOP\r\n")
    assert b"BAD" in client.response()
    assert client.ask("NOOP").ok


def test_what_came_before_is_told_at_once(door: Running) -> None:
    """No change falls between the last command and IDLE."""
    client = door.client()
    door.deliver()
    client.send(b"i IDLE\r\n")
    assert sorted((client.response()[:1], client.response()[:1])) == [b"*", b"+"]


def test_without_a_mailbox(door: Running) -> None:
    """There is nothing to tell, and nothing wrong."""
    client = door.client(mailbox=None)
    assert client.idle().startswith(b"+")
    assert client.done().ok
