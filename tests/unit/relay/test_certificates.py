"""Certificates of every kind, shown in a real handshake and judged."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from mailcatch.relay.certificates import chain_of, judge, read_roots
from tests.support.certificates import self_signed

HOST = "mx.here.test"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make an authority."""
    return trustme.CA()


def roots_of(authority: trustme.CA) -> tuple[x509.Certificate, ...]:
    """Give what trusts it."""
    return (x509.load_pem_x509_certificate(authority.cert_pem.bytes()),)


def shown(context: ssl.SSLContext) -> list[bytes]:
    """Shake hands with a server of this context that nobody judges; give its chain."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with context.wrap_socket(theirs, server_side=True) as secured:
            secured.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    with client.wrap_socket(ours) as secured:
        chain = chain_of(secured)
        secured.send(b"x")
        thread.join(20)
    return chain


def server(issued: trustme.LeafCert) -> ssl.SSLContext:
    """Give a server's context with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


@pytest.mark.parametrize("names", [(HOST,), ("*.here.test",), ("other.test", HOST.upper())], ids=str)
def test_a_good_one_is_verified(authority: trustme.CA, names: tuple[str, ...]) -> None:
    """The authority is known and the name is right, as itself, by a wildcard, among others."""
    verdict = judge(shown(server(authority.issue_cert(*names))), HOST, roots_of(authority))
    assert (verdict.verified, verdict.why) == (True, None)
    assert verdict.expires is not None
    assert set(verdict.names) == {name.lower() for name in names} or set(verdict.names) == set(names)


def test_the_chain_counts(authority: trustme.CA) -> None:
    """One that an intermediate signed is verified by the certificates that the server shows with it."""
    leaf = authority.create_child_ca().issue_cert(HOST)
    chain = shown(server(leaf))
    assert len(chain) == 2
    assert judge(chain, HOST, roots_of(authority)).verified
    assert "no known authority" in str(judge(chain[:1], HOST, roots_of(authority)).why)


def test_why_one_is_not_verified(authority: trustme.CA, tmp_path: Path) -> None:
    """Each of the usual faults is said in words."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    own, key = self_signed(tmp_path, "own")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    contexts = {
        "expired on": server(authority.issue_cert(HOST, not_after=yesterday)),
        "for another name: other.test, not mx.here.test": server(authority.issue_cert("other.test")),
        "self-signed": context,
        "no known authority vouches for it": server(trustme.CA().issue_cert(HOST)),
    }
    for why, each in contexts.items():
        verdict = judge(shown(each), HOST, roots_of(authority))
        assert not verdict.verified
        assert str(verdict.why).startswith(why)


@pytest.mark.parametrize("chain", [[], [b""], [b"no certificate"], [b"\x30\x03\x02\x01\x05"]])
def test_rubbish_is_no_certificate(chain: list[bytes], authority: trustme.CA) -> None:
    """What cannot be read is not verified, and raises nothing."""
    verdict = judge(chain, HOST, roots_of(authority))
    assert not verdict.verified
    assert verdict.why


def test_authorities_of_a_file_and_of_the_system(authority: trustme.CA, tmp_path: Path) -> None:
    """A file's are those; without one, what the system has, which may be nothing."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    assert read_roots(str(path)) == roots_of(authority)
    assert all(isinstance(each, x509.Certificate) for each in read_roots())
    with pytest.raises(OSError, match="missing"):
        read_roots(str(tmp_path / "missing.pem"))
