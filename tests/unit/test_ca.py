"""The development CA: made once, by whoever is first, and the certificate that it gives to this machine."""

import multiprocessing
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from mailcatch import ca
from mailcatch.ca import DevelopmentCa, fingerprint, public_pem
from mailcatch.errors import ConfigError
from tests.support import needs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tls"


def server_certificate(made: DevelopmentCa, *names: str) -> x509.Certificate:
    """Have a certificate made for names, and read it."""
    with made.server_file(names) as path:
        return x509.load_pem_x509_certificate(path.read_bytes())


def names_of(certificate: x509.Certificate) -> set[str]:
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(each.value) for each in san}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_once(folder: Path):
    """The second time it is read; only its certificate may be read by others."""
    one, two = DevelopmentCa(folder), DevelopmentCa(folder)
    assert one.certificate == two.certificate
    with one.server_file(["localhost"]):
        pass
    modes = {path.name: mode_of(path) for path in folder.iterdir()}
    assert modes == {"ca-key.pem": 0o600, "ca.pem": 0o644, "server.pem": 0o600}
    assert mode_of(folder) == 0o700
    assert b"PRIVATE" not in one.path.read_bytes()
    assert one.path.read_bytes() == public_pem(one.certificate)


def _make(folder: Path, barrier: object, results: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    made = DevelopmentCa(folder)
    with made.server_file(["localhost"]) as path:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        found.verify_directly_issued_by(made.certificate)
    results.put((fingerprint(made.certificate), made.path.read_bytes()))  # type: ignore[attr-defined]


def test_processes_that_make_it_at_once_have_the_same(folder: Path):
    """One wins, and the others use what it made: key, certificate and what clients trust fit."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(4), context.Queue()
    makers = [context.Process(target=_make, args=(folder, barrier, results)) for _ in range(4)]
    for maker in makers:
        maker.start()
    made = {results.get(timeout=60) for _ in makers}
    for maker in makers:
        maker.join(20)
    assert len(made) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["ca-key.pem", "ca.pem", "server.pem"]


def test_openssl_accepts_it_to_the_letter(folder: Path):
    """RFC 5280's own rules, which Python 3.13 and others hold clients to; EC P-256."""
    openssl = needs.program("openssl")
    made = DevelopmentCa(folder)
    with made.server_file(["localhost", "::1"]) as path:
        words = [openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(made.path), str(path)]
        verified = subprocess.run(words, capture_output=True, text=True, check=False)
        shown = subprocess.run([openssl, "x509", "-noout", "-text", "-in", str(path)], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stderr
    assert "prime256v1" in shown.stdout


def test_its_dates_are_those_that_clients_accept(folder: Path):
    """At most 397 days, and valid already where the clock is a little late; never longer than the CA."""
    made = DevelopmentCa(folder)
    found = server_certificate(made, "localhost")
    assert timedelta(days=390) < found.not_valid_after_utc - found.not_valid_before_utc <= timedelta(days=397)
    assert found.not_valid_before_utc < datetime.now(UTC) - timedelta(minutes=30)
    assert found.not_valid_after_utc <= made.certificate.not_valid_after_utc


def test_names_and_addresses(folder: Path):
    """Each as its kind; what no certificate can have is left out, and `any` is no address."""
    found = server_certificate(
        DevelopmentCa(folder),
        "localhost",
        "127.0.0.1",
        "::1",
        "Bücher.test",
        "fe80::1%eth0",
        "0.0.0.0",
        "x" * 70,
        "a..b",
    )
    assert names_of(found) == {"localhost", "127.0.0.1", "::1", "xn--bcher-kva.test", "fe80::1"}


def test_a_certificate_that_does_stays(folder: Path):
    """Whoever accepted it by hand is not asked again; a further name makes a new one, with the old names."""
    made = DevelopmentCa(folder)
    first = server_certificate(made, "localhost", "one.test")
    assert server_certificate(DevelopmentCa(folder), "localhost") == first
    second = server_certificate(made, "localhost", "two.test")
    assert names_of(second) == {"localhost", "one.test", "two.test"}


def test_it_is_renewed_before_it_ends(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Thirty days before, by the same CA."""
    made = DevelopmentCa(folder)
    monkeypatch.setattr(ca, "SERVER_DAYS", 29)
    ending = server_certificate(made, "localhost", "old.test")
    monkeypatch.setattr(ca, "SERVER_DAYS", 396)
    renewed = server_certificate(made, "localhost")
    assert renewed.not_valid_after_utc > ending.not_valid_after_utc
    assert names_of(renewed) == {"localhost"}
    renewed.verify_directly_issued_by(made.certificate)


@pytest.mark.parametrize("broken", [b"", b"rubbish", "another CA's"])
def test_a_broken_server_file_is_made_anew(folder: Path, tmp_path: Path, broken: bytes | str):
    """It can be: nothing but the CA is precious."""
    made = DevelopmentCa(folder)
    if isinstance(broken, str):
        with DevelopmentCa(tmp_path / "other").server_file(["localhost"]):
            pass
        broken = (tmp_path / "other" / "server.pem").read_bytes()
    (folder / "server.pem").write_bytes(broken)
    server_certificate(made, "localhost").verify_directly_issued_by(made.certificate)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "server.pem")


def test_what_clients_trust_is_written_again(folder: Path):
    """`ca.pem` can be lost, the CA is not."""
    made = DevelopmentCa(folder)
    made.path.unlink()
    assert DevelopmentCa(folder).path.read_bytes() == public_pem(made.certificate)


def test_a_broken_ca_is_not_replaced_in_silence(folder: Path):
    """Clients trust the old one: the user decides."""
    DevelopmentCa(folder)
    (folder / "ca-key.pem").write_text("rubbish")
    with pytest.raises(ConfigError, match=r"--tls-dir: .*ca-key.pem is no key with its certificate; move .* away"):
        DevelopmentCa(folder)
    assert (folder / "ca-key.pem").read_text() == "rubbish"


def test_a_ca_that_has_ended_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """After ten years, with the way out."""
    monkeypatch.setattr(ca, "CA_DAYS", 0)
    with pytest.raises(ConfigError, match=r"--tls-dir: the CA in .* ends .*; move .* away"):
        DevelopmentCa(folder)


def test_a_folder_that_cannot_be_used(tmp_path: Path):
    """A file where the folder should be: one sentence with the option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"--tls-dir: .*file/tls cannot be used: File exists; name another"):
        DevelopmentCa(tmp_path / "file" / "tls")


def test_a_draft_leaves_no_trace_when_it_fails(folder: Path):
    """Whoever cannot load the new file keeps the old one."""
    made = DevelopmentCa(folder)
    before = server_certificate(made, "localhost")
    with pytest.raises(RuntimeError), made.server_file(["more.test"]):
        raise RuntimeError
    assert server_certificate(made, "localhost") == before
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
