"""The IMAP door: TLS, crowds, and the end."""

import ssl
from pathlib import Path

from mailcatch.config import ImapSection, TlsSection
from mailcatch.tls import Tls
from tests.support.certificates import self_signed
from tests.support.imap import Client, running


def tls(folder: Path) -> Tls:
    """Return the certificate of a test."""
    cert, key = self_signed(folder)
    return Tls(TlsSection(enabled=True, cert=cert, key=key))


def test_starttls_drops_what_came_before_the_handshake(tmp_path: Path):
    """A command slipped in behind STARTTLS is never answered, and STARTTLS is not offered again."""
    with running(tls=tls(tmp_path), protection="starttls") as door:
        client = door.client(user=None)
        assert b" STARTTLS " in client.greeting
        client.send(b"a STARTTLS\r\nb LOGIN evil x\r\nc LIST {5+}\r\n")
        assert client.response().startswith(b"a OK")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client.sock = context.wrap_socket(client.sock)
        client._file = client.sock.makefile("rb")
        answer = client.ask("CAPABILITY")
        assert answer.ok and b"STARTTLS" not in answer.untagged[0] and b"AUTH=PLAIN" in answer.untagged[0]
        assert client.ask("STARTTLS").tagged.startswith(b"BAD")
        assert client.ask("LOGIN ann x").ok


def test_too_many_connections_are_told_so():
    """With BYE."""
    with running(ImapSection(max_connections=1)) as door:
        first = door.client()
        second = Client(door.address)
        assert second.greeting.startswith(b"* BYE")
        second.close()
        assert first.ask("NOOP").ok
