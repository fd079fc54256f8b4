"""`mailcatch doctor`: a real server with every door."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailcatch.app import Service
from mailcatch.config import AuthSection, Pop3Section, TlsSection
from tests.support.service import FREE, config, running
from tests.unit.cli.conftest import Command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doctor")


@pytest.fixture(scope="module")
def all_doors(folder: Path) -> Iterator[Service]:
    users = folder / "users"
    users.write_text("ann:{PLAIN}secret\n")
    base = config()
    wanted = replace(
        base,
        tls=TlsSection(enabled=True, folder=folder / "tls"),
        auth=AuthSection(file=users, required=True),
        smtp=replace(base.smtp, starttls=FREE, implicit=FREE),
        pop3=replace(base.pop3, implicit=FREE),
        imap=replace(base.imap, implicit=FREE),
    )
    with running(wanted) as made:
        yield made


def test_every_door_works(command: Command, all_doors: Service, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Plain, STARTTLS and TLS, into each and out of each; the CA is trusted, and nothing is left."""
    url = f"http://{all_doors.info().http[0]}"
    monkeypatch.setenv("MAILCATCH_TLS_DIR", str(folder / "tls"))
    result = command("doctor", "--url", url, "--user", "ann", "--password", "secret")
    lines = [line for line in result.out.splitlines() if line.startswith(("ok", "FAILED"))]
    info = all_doors.info()
    assert result.code == 0, result.out
    assert len(lines) == len(info.smtp) + len(info.pop3) + len(info.imap) + 1
    assert all(line.startswith("ok ") for line in lines)
    assert "not trusted" not in result.out
    assert f"For your app:       SMTP server 127.0.0.1, port {info.smtp[0].port}, no encryption" in result.out
    assert command("ls", "--url", url).out == ""


def test_a_certificate_that_is_not_trusted_is_noted(command: Command, all_doors: Service):
    """It works for whoever looks away; others are told how to trust it."""
    url = f"http://{all_doors.info().http[0]}"
    result = command("doctor", "--url", url, "--user", "ann", "--password", "secret")
    assert result.code == 0, result.out
    noted = [line for line in result.out.splitlines() if "not trusted here" in line]
    assert {line.split()[1] for line in noted} == {"SMTP", "POP3", "IMAP"}


def test_without_the_login_that_is_wanted(command: Command, all_doors: Service):
    """Exit 1, and what would help."""
    result = command("doctor", "--json", "--url", f"http://{all_doors.info().http[0]}")
    found = json.loads(result.out)
    assert (result.code, found["works"]) == (1, False)
    assert "--user and --password say who you are" in found["findings"][0]["text"]


def test_a_small_server(command: Command, url: str):
    """Without TLS and login: each door by the recipient's own address."""
    assert command("doctor").code == 0


def test_nobody_there(command: Command):
    """Exit 3, as every command."""
    assert command("doctor", "--url", "http://127.0.0.1:9").code == 3


def test_a_door_that_is_closed_is_not_tried(command: Command):
    """--pop3 off is no failure."""
    with running(replace(config(), pop3=Pop3Section(listen=()))) as made:
        result = command("doctor", "--url", f"http://{made.info().http[0]}")
        assert (result.code, "POP3" in result.out) == (0, False)
