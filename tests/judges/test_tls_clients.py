"""Clients over TLS, both ways, with our CA as all they trust: imaplib, poplib, mbsync, curl, fetchmail."""

from __future__ import annotations

import imaplib
import poplib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.conftest import USER
from tests.judges.programs import bodies, run, wire, without_added
from tests.judges.script import mail
from tests.judges.servers import Ours
from tests.support.http import Http
from tests.support.needs import program
from tests.support.sink import Sink

PORTS = ("--tls", "--smtp-starttls", "0", "--smtps", "0", "--pop3s", "0", "--imaps", "0")
KINDS = ("starttls", "implicit")
LETTERS = ("plain.eml", "nested.eml", "eight-bit.eml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the CA."""
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[Sink]:
    """Run mailcatch with TLS and some mail."""
    with Sink(*PORTS, "--tls-dir", str(folder)) as running:
        for name in LETTERS:
            Ours(running).deliver(USER, mail(name))
        yield running
        assert "Traceback" not in running.log


@pytest.fixture
def trusting(secure: Sink, folder: Path) -> ssl.SSLContext:
    """Trust nobody but our CA, and look at names."""
    return ssl.create_default_context(cafile=str(folder / "ca.pem"))


def port(running: Sink, door: str, kind: str) -> int:
    """Give the port of a door's first listener of one kind."""
    return int(next(each["port"] for each in running.ready[door] if each["tls"] == kind))


def imap(running: Sink, kind: str, trusting: ssl.SSLContext) -> imaplib.IMAP4:
    """Connect with imaplib."""
    if kind == "implicit":
        return imaplib.IMAP4_SSL("localhost", port(running, "imap", kind), ssl_context=trusting, timeout=20)
    client = imaplib.IMAP4("localhost", port(running, "imap", kind), timeout=20)
    assert "STARTTLS" in client.capabilities
    client.starttls(trusting)
    assert "STARTTLS" not in client.capabilities  # asked for anew, as RFC 3501 §6.2.1 wants it
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_imaplib(secure: Sink, trusting: ssl.SSLContext, kind: str):
    """Every byte, an APPEND, and that the session was protected is kept."""
    with imap(secure, kind, trusting) as client:
        client.login(USER, "x")
        client.select("INBOX", readonly=True)
        _, found = client.fetch("1:*", "(BODY.PEEK[])")
        assert [each[1] for each in found if isinstance(each, tuple)] == [mail(name) for name in LETTERS]
        assert client.append("Drafts", "(\\Draft)", "", mail("plain.eml"))[0] == "OK"
    with Http(secure.http) as http:
        assert any(str(each["tls"]).startswith("TLSv1.3 ") for each in sessions(http, "imap"))


def sessions(http: Http, protocol: str) -> list[dict[str, object]]:
    """Give the sessions of a protocol."""
    found = http.get("/v1/sessions?limit=200").json()["sessions"]
    return [each for each in found if str(each["protocol"]).lower().startswith(protocol)]


@pytest.mark.parametrize("kind", KINDS)
def test_poplib(secure: Sink, trusting: ssl.SSLContext, kind: str):
    """Every byte; STLS is offered until it is used."""
    number = port(secure, "pop3", kind)
    client: poplib.POP3
    if kind == "implicit":
        client = poplib.POP3_SSL("localhost", number, context=trusting, timeout=20)
    else:
        client = poplib.POP3("localhost", number, timeout=20)
        assert "STLS" in client.capa()
        client.stls(trusting)
    assert "STLS" not in client.capa()
    client.user(USER)
    client.pass_("x")
    found = [b"\r\n".join([*client.retr(index)[1], b""]) for index in range(1, len(LETTERS) + 1)]
    assert found == [mail(name) for name in LETTERS]
    client.quit()


@pytest.mark.parametrize("connect", [imap], ids=["imaplib"])
@pytest.mark.parametrize("kind", KINDS)
def test_who_does_not_trust_us_goes(secure: Sink, kind: str, connect: Callable[..., imaplib.IMAP4]):
    """Without the CA no word of IMAP is said over TLS."""
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(secure, kind, ssl.create_default_context())


@pytest.mark.parametrize(
    ("scheme", "kind"), [("imap", "starttls"), ("imaps", "implicit"), ("pop3", "starttls"), ("pop3s", "implicit")]
)
def test_curl(secure: Sink, folder: Path, tmp_path: Path, scheme: str, kind: str):
    """`--ssl-reqd --cacert` reads a mail."""
    door = scheme.removesuffix("s")
    path = "INBOX;MAILINDEX=2" if door == "imap" else "2"
    url = f"{scheme}://localhost:{port(secure, door, kind)}/{path}"
    words = ("--silent", "--show-error", "--ssl-reqd", "--cacert", folder / "ca.pem", "--user", f"{USER}:x")
    run(program("curl"), *words, "--output", tmp_path / "got", url, home=tmp_path)
    assert (tmp_path / "got").read_bytes() == mail(LETTERS[1])


MBSYNC = """
IMAPAccount sink
Host localhost
Port {port}
User {user}
Pass x
SSLType {type}
CertificateFile {ca}

IMAPStore far
Account sink

MaildirStore near
Path {home}/mail/
Inbox {home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
SyncState *
"""


@pytest.mark.parametrize(("type_", "kind"), [("STARTTLS", "starttls"), ("IMAPS", "implicit")])
def test_mbsync(secure: Sink, folder: Path, tmp_path: Path, type_: str, kind: str):
    """Pull, push a mail, pull what came meanwhile."""
    mbsync, user = program("mbsync"), f"mbsync-{kind}@judge.test"
    for name in LETTERS:
        Ours(secure).deliver(user, mail(name))
    number = port(secure, "imap", kind)
    (tmp_path / "mail").mkdir()
    (tmp_path / "rc").write_text(MBSYNC.format(port=number, user=user, type=type_, ca=folder / "ca.pem", home=tmp_path))
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    inbox = tmp_path / "mail" / "INBOX"
    assert sorted(map(without_added, bodies(inbox))) == sorted(without_added(mail(name)) for name in LETTERS)
    (inbox / "new" / "1700000000.1.judge").write_bytes(b"Subject: pushed\n\nfrom near\n")
    Ours(secure).deliver(user, b"Subject: third\r\n\r\nfrom far\r\n")
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    assert len(bodies(inbox)) == len(LETTERS) + 2


FETCHMAIL = """
poll localhost service {port} protocol {protocol} user "{user}" password "x" {tls} sslcertck sslcertfile "{ca}" {rest}
set invisible
"""
TLS = {"starttls": 'sslproto "TLS1+"', "implicit": 'ssl sslproto "auto"'}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", ["POP3", "IMAP"])
def test_fetchmail(secure: Sink, folder: Path, tmp_path: Path, protocol: str, kind: str):
    """Fetchmail looks at the certificate and takes every mail."""
    taken, take = tmp_path / "taken", tmp_path / "take"
    taken.mkdir()
    take.write_text(f"#!/bin/sh\nexec cat >$(mktemp -p {taken})\n")
    take.chmod(0o755)
    rc = tmp_path / "rc"
    number = port(secure, protocol.lower(), kind)
    rest = f'fetchall keep no rewrite mda "{take}"'
    rc.write_text(
        FETCHMAIL.format(port=number, protocol=protocol, user=USER, tls=TLS[kind], ca=folder / "ca.pem", rest=rest)
    )
    rc.chmod(0o700)
    run(program("fetchmail"), "-f", rc, "--nodetach", "--nosyslog", "--idfile", tmp_path / "ids", home=tmp_path)
    found = sorted(without_added(wire(path.read_bytes())) for path in taken.iterdir())
    assert found == sorted(without_added(mail(name)) for name in LETTERS)
