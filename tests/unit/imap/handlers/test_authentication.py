"""Logging in."""

from __future__ import annotations

from pathlib import Path

from mailcatch.config import AuthSection
from tests.support.imap import Running, running


def test_the_user_name_chooses_what_is_seen(door: Running) -> None:
    """An address, its domain, an inbox, or everything."""
    door.deliver(to="ann@example.test")
    door.deliver(to="eve@other.test")
    for user, count in (("ann@example.test", 1), ("@other.test", 1), ("default", 2), ("whoever", 2), ('""', 2)):
        client = door.client(None)
        assert client.ask(f"LOGIN {user} x").ok
        assert b"* %d EXISTS\r\n" % count in client.ask("SELECT INBOX").untagged


def test_sasl(door: Running) -> None:
    """PLAIN with and without an initial response, LOGIN, and giving up."""
    first, second, third = (door.client(None) for _ in range(3))
    assert first.ask("AUTHENTICATE PLAIN AGFsbAB4").ok
    assert second.ask("AUTHENTICATE PLAIN", b"AGFsbAB4").ok
    assert third.ask("AUTHENTICATE PLAIN", b"*").tagged.startswith(b"BAD")
    assert third.ask("AUTHENTICATE LOGIN", b"YWxs", b"eA==").ok


def test_an_auth_file_makes_it_real(tmp_path: Path) -> None:
    """A wrong password is NO [AUTHENTICATIONFAILED], and one may try again."""
    users = tmp_path / "users"
    users.write_text("ann@example.test:{PLAIN}right\n")
    users.chmod(0o600)
    with running(auth=AuthSection(file=users)) as door:
        client = door.client(None)
        assert client.ask("LOGIN ann@example.test wrong").tagged.startswith(b"NO [AUTHENTICATIONFAILED]")
