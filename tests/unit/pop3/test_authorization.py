"""Before the login, and the login."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest

from mailcatch.config import AuthSection, TlsSection
from mailcatch.tls import Tls
from tests.support.pop3 import running


def b64(text: bytes) -> str:
    """Encode a response."""
    return base64.b64encode(text).decode()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Make a development certificate."""
    return Tls(TlsSection(enabled=True, folder=tmp_path_factory.mktemp("tls")))


@pytest.fixture
def users(tmp_path: Path) -> AuthSection:
    """Let one user in."""
    file = tmp_path / "users"
    file.write_text("ann@x.test:{PLAIN} open  sesame\n")
    return AuthSection(file=file)


def test_the_greeting_holds_no_timestamp():
    """Clients would try APOP then (RFC 1939 §7)."""
    with running() as door, door.connect() as client:
        assert client.greeting.startswith("+OK ")
        assert "<" not in client.greeting


def test_capabilities_are_what_can_be_done():
    """Without a certificate there is no STLS."""
    with running() as door, door.connect() as client:
        found = client.many("CAPA")
        assert {"TOP", "UIDL", "USER", "SASL PLAIN LOGIN", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"} < set(found)
        assert [line for line in found if line.startswith("IMPLEMENTATION mailcatch-")] != []
        assert "STLS" not in found
        assert client.ask("STLS").startswith("-ERR TLS is off")


@pytest.mark.parametrize(
    ("user", "seen"),
    [("all", 3), ("nobody", 3), ("", 3), ("ann@x.test", 2), ("ANN@X.test", 2), ("@y.test", 1), ("@z.test", 0)],
)
def test_the_user_name_chooses_what_is_seen(user: str, seen: int):
    """Everything, an address, a domain; any password will do."""
    with running() as door:
        door.add(b"1\r\n", to=["ann@x.test"])
        door.add(b"2\r\n", to=["ann@x.test", "bob@y.test"])
        door.add(b"3\r\n", to=["eve@x.test"])
        with door.connect(user) as client:
            assert client.ask("STAT") == f"+OK {seen} {seen * 3}"


@pytest.mark.parametrize("initial", [True, False])
def test_plain(initial: bool):
    """With an initial response (RFC 5034), or asked for."""
    response = b64(b"\0ann@x.test\0x")
    with running() as door, door.connect() as client:
        if initial:
            answer = client.ask(f"AUTH PLAIN {response}")
        else:
            assert client.ask("auth plain") == "+ "
            answer = client.ask(response)
        assert answer == "+OK 0 messages (0 octets) of ann@x.test"


def test_login():
    """User and password, each asked for."""
    with running() as door, door.connect() as client:
        assert client.ask("AUTH LOGIN") == f"+ {b64(b'Username:')}"
        assert client.ask(b64(b"ann@x.test")) == f"+ {b64(b'Password:')}"
        assert client.ask(b64(b"x")).startswith("+OK ")


def test_an_exchange_that_cannot_be_read_is_refused():
    """Given up, no base64, too long, unknown, too many words; the next command is read."""
    with running() as door, door.connect() as client:
        client.ask("AUTH PLAIN")
        assert client.ask("*").startswith("-ERR")
        assert client.ask("AUTH PLAIN !").startswith("-ERR that is not base64")
        client.ask("AUTH PLAIN")
        assert client.ask("x" * 20_000) == "-ERR the line is too long"
        assert client.ask("AUTH CRAM-MD5") == "-ERR there is PLAIN and LOGIN"
        assert client.ask("AUTH PLAIN a b").startswith("-ERR")
        assert client.many("AUTH") == ["PLAIN", "LOGIN"]


def test_pass_needs_a_user():
    """Each time anew."""
    with running() as door, door.connect() as client:
        assert client.ask("PASS x") == "-ERR say USER first"


def test_a_password_is_taken_as_it_is(users: AuthSection):
    """Blanks and all, also the first one."""
    with running(auth=users) as door, door.connect() as client:
        client.ask("USER ann@x.test")
        assert client.ask("PASS open sesame").startswith("-ERR [AUTH] ")
        assert client.ask("PASS  open  sesame") == "-ERR say USER first"
        client.ask("USER ann@x.test")
        assert client.ask("PASS  open  sesame").startswith("+OK ")


def test_three_failures_close_the_connection(users: AuthSection):
    """The session is kept with its failures, and without what was tried."""
    with running(auth=users) as door:
        with door.connect() as client:
            for _ in range(2):
                client.ask("USER ann@x.test")
                assert client.ask("PASS guess").startswith("-ERR [AUTH] ")
            assert client.ask(f"AUTH PLAIN {b64(b'-ann@x.test-guess'.replace(b'-', bytes(1)))}").startswith(
                "-ERR [AUTH]"
            )
            assert client.line() == ""
        (session,) = door.ended()
        assert (session.rejected, session.auth_user) == (3, "ann@x.test")
        assert session.outcome == "refused: user or password was wrong too often"
        assert "guess" not in str(session)
        assert b64(b"\0ann@x.test\0guess") not in str(session)


def test_a_hostile_user_name_is_a_name():
    """Control characters come back as none, and nothing is opened by them."""
    with running() as door, door.connect() as client:
        client.ask(b"USER a\rb\x00\xff@x.test")
        assert client.ask("PASS x") == "+OK 0 messages (0 octets) of all"


def test_stls_drops_what_was_sent_ahead(tls: Tls):
    """Also the user's name, which came in the clear (RFC 2595 §4); then STLS is offered no more."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with running(tls=tls, protection="starttls") as door, door.connect() as client:
        assert "STLS" in client.many("CAPA")
        client.ask("USER ann@x.test")
        client.send(b"STLS\r\nPASS injected\r\n")
        assert client.line() == "+OK begin TLS"
        client.secure(lambda sock: context.wrap_socket(sock, server_hostname="localhost"))
        assert client.ask("PASS x") == "-ERR say USER first"
        assert "STLS" not in client.many("CAPA")
        assert client.ask("STLS") == "-ERR TLS is spoken already"
        assert client.ask("QUIT").startswith("+OK")
        (session,) = door.ended()
        assert (session.tls or "").startswith("TLS")
        assert [line.line for line in session.transcript or () if line.direction == "*"] == [
            "15 bytes sent ahead of the TLS handshake were dropped"
        ]
        assert "injected" not in str(session)
