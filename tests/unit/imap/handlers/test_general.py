"""Commands of any state."""

from __future__ import annotations

from tests.support.imap import Running


def test_capability_id_namespace_enable(door: Running) -> None:
    """As clients ask them first; ENABLE of something unknown is OK."""
    client = door.client(mailbox=None)
    assert client.ask("CAPABILITY").untagged[0].startswith(b"* CAPABILITY IMAP4rev1 ")
    assert client.ask('ID ("name" "x")').untagged[0].startswith(b'* ID ("name" "mailcatch"')
    assert client.ask("ID NIL").ok
    assert client.ask("NAMESPACE").untagged == [b'* NAMESPACE (("" "/")) NIL NIL\r\n']
    assert client.ask("ENABLE UTF8=ACCEPT").untagged == [b"* ENABLED\r\n"]
    assert client.ask("ENABLE CONDSTORE").untagged == [b"* ENABLED CONDSTORE\r\n"]


def test_logout_says_bye(door: Running) -> None:
    """Before its own answer."""
    answer = door.client().ask("LOGOUT")
    assert answer.ok
    assert answer.untagged[-1].startswith(b"* BYE ")


def test_starttls_without_certificates_is_refused(door: Running) -> None:
    """It is not offered."""
    client = door.client(None)
    assert b"STARTTLS" not in client.greeting
    assert client.ask("STARTTLS").tagged[:3] in {b"BAD", b"NO "}
