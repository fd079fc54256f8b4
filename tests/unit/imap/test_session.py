"""One dialogue: states, errors and what is told when."""

from __future__ import annotations

from mailcatch.config import ImapSection
from tests.support.imap import Running, running


def test_the_greeting_tells_what_is_offered(door: Running) -> None:
    """And so does the login's answer, which offers more."""
    client = door.client(None)
    assert b"[CAPABILITY IMAP4rev1" in client.greeting
    assert b"AUTH=PLAIN" in client.greeting
    assert b"CONDSTORE" in client.ask("LOGIN all x").tagged


def test_commands_have_their_states(door: Running) -> None:
    """What comes too early or too late is BAD, and the session lives."""
    client = door.client(None)
    assert client.ask("SELECT INBOX").tagged.startswith(b"BAD")
    assert client.ask("LOGIN all x").ok
    assert client.ask("FETCH 1 FLAGS").tagged.startswith(b"BAD")
    assert client.ask("LOGIN all x").tagged.startswith(b"BAD")
    assert client.ask("NOOP").ok


def test_twenty_bad_commands_are_enough() -> None:
    """Then the client is sent away."""
    with running(ImapSection(max_errors=20)) as door:
        client = door.client(None)
        for _ in range(19):
            assert client.ask("NONSENSE").tagged.startswith(b"BAD")
        last = client.ask("NONSENSE")
        assert any(line.startswith(b"* BYE") for line in (*last.untagged, client.response()))


def test_a_line_of_a_mebibyte_is_no_end(door: Running) -> None:
    """A longer one is BAD; the next command is answered."""
    client = door.client()
    assert client.ask("UID FETCH " + ",".join(["1:3"] * 250_000) + " FLAGS").ok
    client.send(b"x1 SEARCH SUBJECT " + b"a" * (2 << 20) + b"\r\n")
    assert b"BAD" in client.response()
    assert client.ask("NOOP").ok


def test_exists_comes_before_the_fetch_of_new_mail(door: Running) -> None:
    """And each response is whole."""
    client, other = door.client(), door.client()
    door.deliver()
    assert other.ask("NOOP").ok
    other.ask("STORE 1 +FLAGS (Blue)")
    told = client.ask("NOOP").untagged
    kinds = [line.split()[2 if line[2:3].isdigit() else 1] for line in told]
    assert kinds.index(b"EXISTS") < kinds.index(b"FETCH") if b"FETCH" in kinds else b"EXISTS" in kinds
    assert all(line.endswith(b"\r\n") for line in told)


def test_numbers_do_not_move_during_commands_by_number(door: Running) -> None:
    """EXPUNGE waits for NOOP or a UID command (RFC 3501 §7.4.1)."""
    for _ in range(3):
        door.deliver()
    client, other = door.client(), door.client()
    other.ask(r"STORE 1 +FLAGS (\Deleted)")
    other.ask("EXPUNGE")
    for command in ("FETCH 2:3 FLAGS", "SEARCH ALL", "STORE 3 +FLAGS (Red)"):
        assert not [line for line in client.ask(command).untagged if b"EXPUNGE" in line]
    assert b"* 1 EXPUNGE\r\n" in client.ask("NOOP").untagged
    other.ask(r"STORE 1 +FLAGS (\Deleted)")
    other.ask("EXPUNGE")
    assert b"* 1 EXPUNGE\r\n" in client.ask("UID SEARCH ALL").untagged


def test_recent_belongs_to_one_session(door: Running) -> None:
    """The first that selects; EXAMINE takes nothing."""
    door.deliver()
    looking = door.client(mailbox=None)
    assert b"* 1 RECENT\r\n" in looking.ask("EXAMINE INBOX").untagged
    first, second = door.client(mailbox=None), door.client(mailbox=None)
    assert b"* 1 RECENT\r\n" in first.ask("SELECT INBOX").untagged
    assert b"* 0 RECENT\r\n" in second.ask("SELECT INBOX").untagged


def test_two_sessions_agree_in_the_end(door: Running) -> None:
    """What one does the other hears, flags of the web inbox among it."""
    door.deliver()
    client, other = door.client(), door.client()
    other.ask(r"STORE 1 +FLAGS (\Flagged Blue)")
    heard = client.ask("NOOP").untagged
    assert any(rb"\Flagged" in line and b"Blue" in line for line in heard if b"FETCH" in line)
