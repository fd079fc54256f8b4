"""`mailcatch ca`: what it shows, and that a client can follow it."""

import json
import ssl
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command


def test_it_is_made_and_shown(command: Command, tmp_path: Path):
    """Path, fingerprint and how to trust it; the second time the same."""
    folder = tmp_path / "with blank" / "tls"
    first = command("ca", "--tls-dir", folder)
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith(f"{folder}/ca.pem\nSHA-256 ")
    for word in (f"--cacert '{folder}/ca.pem'", "NODE_EXTRA_CA_CERTS=", "SSL_CERT_FILE=", "keytool", "Firefox"):
        assert word in first.out
    assert command("ca", "--tls-dir", folder).out == first.out


def test_the_certificate_alone(command: Command):
    """As a file that a client takes; by default it is the platform's."""
    pem = command("ca", "--pem").out
    context = ssl.create_default_context(cadata=pem)
    subjects = [dict(part[0] for part in each["subject"]) for each in context.get_ca_certs()]
    assert "mailcatch" in [each.get("organizationName") for each in subjects]
    assert "PRIVATE" not in pem


def test_as_json(command: Command, tmp_path: Path):
    """For programs: all of it."""
    told = json.loads(command("ca", "--json", "--tls-dir", tmp_path).out)
    assert told["path"] == str(tmp_path / "ca.pem")
    assert told["pem"] == (tmp_path / "ca.pem").read_text()
    assert (len(told["sha256"].split(":")), told["not_after"][10]) == (32, "T")
    assert told["subject"].startswith("CN=mailcatch development CA ")


def test_a_certificate_of_ones_own_is_pointed_out(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Then to trust the CA does not help."""
    monkeypatch.setenv("MAILCATCH_TLS_CERT", "/etc/own.pem")
    result = command("ca", "--tls-dir", tmp_path)
    assert "--tls-cert is set: clients are shown /etc/own.pem" in result.err


def test_a_folder_that_cannot_be_used(command: Command, tmp_path: Path):
    """One line, exit code 2."""
    (tmp_path / "file").write_text("")
    result = command("ca", "--tls-dir", tmp_path / "file")
    assert (result.code, result.out) == (2, "")
    assert "--tls-dir: " in result.err
