"""Certificates as they are loaded, what is wrong with them, and handshakes that fail; SMTP's are in tests/dialogue."""

import asyncio
import logging
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailcatch import tls
from mailcatch.config import TlsSection
from mailcatch.errors import ConfigError
from mailcatch.tls import HandshakeFailed, Tls, certified, secure, spoken
from tests.support.certificates import self_signed


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    return self_signed(tmp_path)


class Reader(asyncio.Protocol):
    """Remembers what it is given."""

    def __init__(self, begin: Callable[[asyncio.Transport, "Reader"], None]) -> None:
        self._begin = begin
        self.heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.pause_reading()  # type: ignore[attr-defined]
        self._begin(transport, self)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        self.heard += data


def shake(
    context: ssl.SSLContext, client: Callable[[socket.socket], object], patience: float = 10
) -> tuple[str, bytes]:
    """Secure one connection, whose other end `client` is in a thread; give what it speaks, or how it failed, and what it said."""

    async def main() -> tuple[str, bytes]:
        loop, ours = asyncio.get_running_loop(), socket.socketpair()
        made: asyncio.Future[tuple[asyncio.Transport, Reader]] = loop.create_future()
        await loop.connect_accepted_socket(lambda: Reader(lambda *pair: made.set_result(pair)), ours[0])
        transport, reader = await made
        talking = loop.run_in_executor(None, client, ours[1])
        try:
            result = spoken(await secure(transport, reader, context, patience))
        except HandshakeFailed as error:
            result = str(error)
        transport.abort() if result is None else None
        await talking
        return result or "", reader.heard

    return asyncio.run(main())


def as_client(context: ssl.SSLContext, name: str = "localhost") -> Callable[[socket.socket], object]:
    """Return a client that does its handshake and goes."""

    def talk(sock: socket.socket) -> object:
        sock.settimeout(10)
        try:
            context.wrap_socket(sock, server_hostname=name).close()
        except (OSError, ssl.SSLError) as error:
            return error
        return None

    return talk


def trusting(*paths: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for path in paths:
        context.load_verify_locations(path)
    return context


def test_the_development_certificate_holds_for_this_machine(tmp_path: Path):
    """A client that trusts the CA reaches us by every name, and those that were asked for."""
    made = Tls(TlsSection(enabled=True, folder=tmp_path), [".shop.test"])
    names = ["localhost", "127.0.0.1", "::1", "host.docker.internal", "mailcatch", "shop.test", "eu.shop.test"]
    for name in (*names, socket.gethostname()):
        assert shake(made.context, as_client(trusting(tmp_path / "ca.pem"), name))[0].startswith("TLSv1.3 TLS_")


def test_the_folder_is_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One CA for a user, whatever the database is."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    Tls(TlsSection(enabled=True))
    assert tls.default_folder() == tmp_path / "mailcatch" / "tls"
    assert (tmp_path / "mailcatch" / "tls" / "ca.pem").is_file()


def test_names_with_a_leading_dot():
    """As --allow-host means them."""
    assert list(certified(["a.test", ".b.test"])) == ["a.test", "b.test", "*.b.test"]


def test_a_certificate_of_ones_own(own: tuple[Path, Path], tmp_path: Path):
    """In two files, or both in one."""
    cert, key = own
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    for section in (TlsSection(cert=cert, key=key), TlsSection(cert=both)):
        assert shake(Tls(section).context, as_client(trusting(cert)))[0].startswith("TLSv1.3")


def test_version_1_2_will_do_and_less_will_not(own: tuple[Path, Path]):
    """What is older is refused in words."""
    context = Tls(TlsSection(cert=own[0], key=own[1])).context
    client = trusting(own[0])
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shake(context, as_client(client))[0].startswith("TLSv1.2 ECDHE")
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    assert shake(context, as_client(client))[0] == "the client offers only TLS versions before 1.2"


def wrong_section(tmp_path: Path, what: str) -> TlsSection:
    """Make one mistake."""
    cert, key = self_signed(tmp_path)
    other = self_signed(tmp_path, "other")[1]
    rubbish, half = tmp_path / "rubbish", tmp_path / "half"
    rubbish.write_text("rubbish")
    half.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    return {
        "no cert": TlsSection(cert=tmp_path / "none", key=key),
        "no key": TlsSection(cert=cert, key=tmp_path / "none"),
        "a folder": TlsSection(cert=tmp_path, key=key),
        "cert is no PEM": TlsSection(cert=rubbish, key=key),
        "key is no PEM": TlsSection(cert=cert, key=rubbish),
        "cert is cut off": TlsSection(cert=half, key=key),
        "cert is a key": TlsSection(cert=key, key=key),
        "key is a cert": TlsSection(cert=cert, key=cert),
        "key is not in cert": TlsSection(cert=cert),
        "key does not fit": TlsSection(cert=cert, key=other),
        "passphrase": TlsSection(*(None,), *self_signed(tmp_path, "hidden", passphrase=b"x")),  # type: ignore[arg-type]
    }[what]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no cert", "--tls-cert: .*none cannot be read: No such file or directory"),
        ("no key", "--tls-key: .*none cannot be read: No such file or directory"),
        ("a folder", "--tls-cert: .* cannot be read: Is a directory"),
        ("cert is no PEM", "--tls-cert: .*rubbish is no PEM file"),
        ("key is no PEM", "--tls-key: .*rubbish is no PEM file"),
        ("cert is cut off", "--tls-cert: .*half has no certificate that can be read"),
        ("cert is a key", "--tls-cert: .*own-key.pem has no certificate that can be read"),
        ("key is a cert", "--tls-key: .*own.pem has no private key that can be read"),
        ("key is not in cert", "--tls-cert: .*own.pem has no private key .*; name its file with --tls-key"),
        ("key does not fit", "--tls-key: .*other-key.pem is not the key of the certificate .*own.pem"),
        ("passphrase", "--tls-key: .*hidden-key.pem is protected by a passphrase; give a key without one"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence(tmp_path: Path, what: str, said: str):
    """The option, the file, and what would be right (G18); nothing ever asks the terminal."""
    with pytest.raises(ConfigError, match=said) as error:
        Tls(wrong_section(tmp_path, what))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("starts", "said"), [(-60, "has expired on"), (2, "is not valid before")])
def test_dates_are_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture, starts: int, said: str):
    """To test just that a client refuses them may be what the user wants."""
    with caplog.at_level(logging.WARNING):
        Tls(TlsSection(True, *self_signed(tmp_path, starts=starts)))
    assert said in caplog.text


def test_a_good_certificate_is_not_warned_of(own: tuple[Path, Path], caplog: pytest.LogCaptureFixture):
    """Silence is the rule."""
    Tls(TlsSection(True, *own))
    assert caplog.text == ""


def test_the_certificate_is_read_again(own: tuple[Path, Path], tmp_path: Path):
    """The next handshake shows the new one; one that cannot be used leaves the old one."""
    cert, key = own
    old = trusting(cert.rename(tmp_path / "old.pem"))
    cert.write_bytes((tmp_path / "old.pem").read_bytes())
    made = Tls(TlsSection(cert=cert, key=key))
    new_cert, new_key = self_signed(tmp_path, "new")
    cert.write_bytes(new_cert.read_bytes())
    with pytest.raises(ConfigError, match="is not the key"):
        made.reload()
    assert shake(made.context, as_client(old))[0].startswith("TLSv1.3")
    key.write_bytes(new_key.read_bytes())
    made.reload()
    assert shake(made.context, as_client(trusting(new_cert)))[0].startswith("TLSv1.3")
    assert "does not trust" in shake(made.context, as_client(old))[0]


def _says(data: bytes) -> Callable[[socket.socket], object]:
    def talk(sock: socket.socket) -> object:
        with sock:
            sock.sendall(data)
            sock.settimeout(10)
            return sock.recv(1000)

    return talk


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (as_client(ssl.create_default_context()), "the client does not trust the certificate: unknown ca"),
        (_says(b"EHLO client.test\r\n"), "the client spoke no TLS"),
        (_says(b"GET / HTTP/1.1\r\n\r\n"), "the client spoke HTTP, not TLS"),
        (lambda sock: sock.close(), "the client closed the connection in the TLS handshake"),
    ],
    ids=["distrust", "plain", "http", "gone"],
)
def test_why_a_handshake_failed_is_said_in_words(
    own: tuple[Path, Path], client: Callable[[socket.socket], object], said: str
):
    """These words are a session's outcome."""
    assert shake(Tls(TlsSection(True, *own)).context, client) == (said, b"")


def test_a_wrong_name_is_a_matter_of_trust(own: tuple[Path, Path]):
    """The client says which kind of distrust it is."""
    outcome = shake(Tls(TlsSection(True, *own)).context, as_client(trusting(own[0]), "elsewhere.test"))[0]
    assert outcome.startswith("the client does not trust the certificate: ")


def test_a_silent_client_is_not_waited_for(own: tuple[Path, Path]):
    """The handshake has its time."""
    outcome = shake(Tls(TlsSection(True, *own)).context, lambda sock: sock.recv(1), patience=0.05)
    assert outcome == ("the client did not finish the TLS handshake in time", b"")


def test_it_is_not_loaded_where_nobody_wants_it():
    """A start without --tls pays for neither cryptography nor bcrypt."""
    code = (
        "import sys, mailcatch.app, mailcatch.smtp.door, mailcatch.cli.serve;"
        "print([name for name in ('cryptography', 'bcrypt', 'mailcatch.ca') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
