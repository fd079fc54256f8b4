"""TLS and logins of the real process, as other people's programs meet them."""

from __future__ import annotations

import json
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import needs
from tests.support.certificates import self_signed
from tests.support.http import Http
from tests.support.sink import Sink

PORTS = ["--tls", "--smtp-starttls", "0", "--smtps", "0", "--pop3s", "0", "--imaps", "0"]
MAIL = "From: a@x.test\r\nTo: b@x.test\r\nSubject: over TLS\r\n\r\nhi\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[Sink]:
    """Run one mailcatch with TLS for all tests that only send."""
    with Sink(*PORTS, "--tls-dir", str(folder)) as made:
        yield made


@pytest.fixture(scope="module")
def trusting(secure: Sink, folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "ca.pem"))


def port_of(sink: Sink, tls: str, door: str = "smtp") -> int:
    """Give the port of a door's first listener of one kind."""
    return next(each["port"] for each in sink.ready[door] if each["tls"] == tls)


def last_mail(sink: Sink) -> dict[str, object]:
    """Give the newest mail, whole."""
    with Http(sink.http) as http:
        newest = http.get("/v1/messages?limit=1").json()["messages"][0]["id"]
        return http.get(f"/v1/messages/{newest}").json()  # type: ignore[no-any-return]


def tls_of(sink: Sink) -> str:
    envelope = last_mail(sink)["envelope"]
    assert isinstance(envelope, dict)
    return str(envelope["tls"])


def run(*words: str, given: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=given, capture_output=True, text=True, timeout=30, env=env, check=False)


def test_every_port_is_told(secure: Sink):
    """In the ready object and in /v1/info, with how it is protected."""
    kinds = {door: {each["tls"] for each in secure.ready[door]} for door in ("smtp", "pop3", "imap")}
    both = {"starttls", "implicit"}
    assert kinds == {"smtp": {"none", *both}, "pop3": both, "imap": both}
    with Http(secure.http) as http:
        info = http.get("/v1/info").json()
    assert [info[door] for door in kinds] == [secure.ready[door] for door in kinds]


def test_smtplib(secure: Sink, trusting: ssl.SSLContext):
    """Both ways, with the CA as its only trust."""
    with smtplib.SMTP("localhost", port_of(secure, "starttls"), local_hostname="x.test", timeout=10) as client:
        client.starttls(context=trusting)
        client.login("any", "one")
        client.sendmail("a@x.test", ["b@x.test"], MAIL)
    assert tls_of(secure).startswith("TLSv1.3 ")
    port = port_of(secure, "implicit")
    with smtplib.SMTP_SSL("localhost", port, local_hostname="x.test", timeout=10, context=trusting) as client:
        client.sendmail("a@x.test", ["c@x.test"], MAIL)
    assert last_mail(secure)["to"]
    with smtplib.SMTP("localhost", port_of(secure, "none"), local_hostname="x.test", timeout=10) as client:
        client.ehlo()
        assert not client.has_extn("starttls")


def test_a_client_without_the_ca_is_explained(secure: Sink):
    """It refuses; the session says why in words."""
    with smtplib.SMTP("localhost", port_of(secure, "starttls"), local_hostname="distrust.test", timeout=10) as client:
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=ssl.create_default_context())
        client.close()

    def outcomes() -> list[str]:
        with Http(secure.http) as http:
            return [each["outcome"] for each in http.get("/v1/sessions?rejected=true").json()["sessions"]]

    until(lambda: "the client does not trust the certificate: unknown ca" in outcomes(), outcomes)


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
def test_openssl(secure: Sink, folder: Path, kind: str):
    """Chain, name and dates pass OpenSSL's strictest reading."""
    openssl = needs.program("openssl")
    words = [openssl, "s_client", "-connect", f"localhost:{port_of(secure, kind)}", "-CAfile", str(folder / "ca.pem")]
    words += ["-x509_strict", "-verify_return_error", "-verify_hostname", "localhost", "-brief", "-ign_eof"]
    result = run(*words, *(["-starttls", "smtp"] if kind == "starttls" else []), given="EHLO x.test\r\nQUIT\r\n")
    assert "Verification: OK" in result.stderr
    assert "221 2.0.0 Bye" in result.stdout


def test_swaks(secure: Sink):
    """STARTTLS and TLS on connect, with a login."""
    swaks = needs.program("swaks")
    for kind, option in (("starttls", "--tls"), ("implicit", "--tls-on-connect")):
        words = [swaks, option, "--server", "127.0.0.1", "--port", str(port_of(secure, kind)), "--helo", "swaks.test"]
        result = run(*words, "--to", "b@x.test", "--from", "a@x.test", "--auth-user", "u", "--auth-password", "p")
        assert result.returncode == 0, result.stdout + result.stderr
        assert tls_of(secure).startswith("TLSv1.")


@pytest.mark.parametrize(("scheme", "kind"), [("smtps", "implicit"), ("smtp", "starttls")])
def test_curl(secure: Sink, folder: Path, scheme: str, kind: str):
    """smtps:// and --ssl-reqd with --cacert, as `mailcatch ca` says it."""
    curl = needs.program("curl")
    words = [curl, "-sS", "--ssl-reqd", "--cacert", str(folder / "ca.pem"), "--mail-from", "a@x.test"]
    url = f"{scheme}://localhost:{port_of(secure, kind)}/curl.test"
    result = run(*words, "--mail-rcpt", "b@x.test", "-T", "-", url, given=MAIL)
    assert result.returncode == 0, result.stderr
    assert tls_of(secure).startswith("TLSv1.3 ")


def test_the_command_shows_the_ca_that_is_used(secure: Sink, folder: Path):
    """`mailcatch ca` and the server agree, and SSL_CERT_FILE is enough for a Python program."""
    shown = run(sys.executable, "-m", "mailcatch", "ca", "--json", "--tls-dir", str(folder))
    told = json.loads(shown.stdout)
    code = (
        "import smtplib, ssl, sys; context = ssl.create_default_context();"
        "smtplib.SMTP_SSL('localhost', int(sys.argv[1]), local_hostname='x', context=context).noop()"
    )
    result = run(sys.executable, "-c", code, str(port_of(secure, "implicit")), env={"SSL_CERT_FILE": told["path"]})
    assert result.returncode == 0, result.stderr


def shown_by(port: int) -> bytes | None:
    """Return the certificate that a new connection is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 10) as sock, context.wrap_socket(sock) as secured:
        return secured.getpeercert(binary_form=True)


def until(happened: Callable[[], bool], otherwise: Callable[[], object]) -> None:
    """Wait for what nothing tells of: a signal has no answer, and a session is kept after its client has gone."""
    deadline = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)  # noqa: TID251


def logged(sink: Sink, words: str) -> None:
    """Wait until the log has said so."""
    until(lambda: words in sink.log, lambda: sink.log)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_sighup_shows_the_new_certificate_and_drops_nobody(tmp_path: Path):
    """As certbot's hook would do it; a file that does not fit changes nothing, and neither does it end anything."""
    cert, key = self_signed(tmp_path)
    with Sink(*PORTS, "--tls-cert", str(cert), "--tls-key", str(key)) as sink:
        port = port_of(sink, "implicit")
        before = shown_by(port)
        context = ssl.create_default_context(cafile=str(cert))
        with smtplib.SMTP_SSL("localhost", port, local_hostname="x.test", timeout=10, context=context) as inside:
            new_cert, new_key = self_signed(tmp_path, "new")
            shutil.copy(new_cert, cert)
            sink.process.send_signal(signal.SIGHUP)
            logged(sink, "is not the key of the certificate")
            assert shown_by(port) == before
            shutil.copy(new_key, key)
            sink.process.send_signal(signal.SIGHUP)
            logged(sink, "read certificates and users again")
            assert shown_by(port) == ssl.PEM_cert_to_DER_cert(new_cert.read_text())
            assert inside.sendmail("a@x.test", ["b@x.test"], MAIL) == {}
        assert sink.stop() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_users_of_a_file(tmp_path: Path):
    """--auth-file and --require-auth, and who is in it after SIGHUP."""
    users = tmp_path / "users"
    htpasswd = shutil.which("htpasswd")
    if htpasswd:
        users.write_text(run(htpasswd, "-nbB", "bob", "secret").stdout)
    else:
        users.write_text("bob:{PLAIN}secret\n")
    with Sink("--auth-file", str(users), "--require-auth") as sink:
        with smtplib.SMTP("127.0.0.1", port_of(sink, "none"), local_hostname="x.test", timeout=10) as client:
            with pytest.raises(smtplib.SMTPSenderRefused, match=r"530, b'5\.7\.0 "):
                client.sendmail("a@x.test", ["b@x.test"], MAIL)
            client.rset()
            with pytest.raises(smtplib.SMTPAuthenticationError, match=r"535, b'5\.7\.8 "):
                client.login("bob", "guess")
        with smtplib.SMTP("127.0.0.1", port_of(sink, "none"), local_hostname="x.test", timeout=10) as client:
            client.login("bob", "secret")
            client.sendmail("a@x.test", ["b@x.test"], MAIL)
        users.write_text("ann:{PLAIN}other\n")
        sink.process.send_signal(signal.SIGHUP)
        logged(sink, "read certificates and users again")
        with smtplib.SMTP("127.0.0.1", port_of(sink, "none"), local_hostname="x.test", timeout=10) as client:
            client.login("ann", "other")
            client.sendmail("a@x.test", ["b@x.test"], MAIL)
        assert "secret" not in sink.log and "guess" not in sink.log


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--tls", "--tls-cert", "none.pem"], "--tls-cert: "),
        (["--tls", "--tls-key", "none.pem"], "--tls-key goes with --tls-cert"),
        (["--tls-cert", "own.pem"], "--tls-cert does nothing without --tls"),
        (["--smtp-require-tls"], "--smtp-require-tls does nothing without --tls"),
        (["--auth-file", "none"], "--auth-file: "),
        (["--tls", "--tls-dir", "/dev/null/x"], "--tls-dir: "),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line_and_exit_2(tmp_path: Path, options: list[str], said: str):
    """The option, what is wrong, and no stack trace; nothing is left behind (G18)."""
    ports = ["--smtp", "0", "--http", "0", "--smtp-starttls", "0", "--smtps", "0", "--pop3s", "0", "--imaps", "0"]
    words = [sys.executable, "-m", "mailcatch", *ports, "--database", str(tmp_path / "mail.db"), *options]
    result = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=30, check=False)
    lines = [line for line in result.stderr.splitlines() if line.startswith("mailcatch: ")]
    assert (result.returncode, result.stdout, len(lines)) == (2, "", 1)
    assert said in lines[0]
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
