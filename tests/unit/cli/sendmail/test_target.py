"""Which sink it is."""

from pathlib import Path

import pytest

from mailcatch.app import Service
from mailcatch.cli.sendmail.codes import Failed
from mailcatch.cli.sendmail.target import target
from tests.support.service import smtp_of


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("x.test:25", ("x.test", 25)),
        ("2525", ("localhost", 2525)),
        ("x.test", ("x.test", 1025)),
        ("[::1]:25", ("::1", 25)),
        ("[::1]", ("::1", 1025)),
    ],
)
def test_as_said(said: str, expected: tuple[str, int]):
    """Host, port, or both."""
    assert target(said) == expected


@pytest.mark.parametrize("said", ["", ":25", "x:y", "x:0", "x:70000", "x:"])
def test_what_is_no_place(said: str):
    """EX_USAGE."""
    with pytest.raises(Failed) as failed:
        target(said)
    assert failed.value.code == 64


def test_the_default_is_found_without_the_command_line(monkeypatch: pytest.MonkeyPatch):
    """localhost:1025; never what SMTP_HOST says, which may deliver."""
    monkeypatch.setenv("SMTP_HOST", "mail.example")
    monkeypatch.setenv("SMTP_PORT", "25")
    assert target(None) == ("localhost", 1025)


def test_the_server_at_the_url(url: str, service: Service):
    """It tells where it takes mail."""
    assert target(None) == smtp_of(service)


def test_the_configuration(here: Path, monkeypatch: pytest.MonkeyPatch):
    """The project's own ports; what is wrong with it is said."""
    (here / "mailcatch.toml").write_text('smtp = "2525"\nhttp = "off"')
    assert target(None) == ("localhost", 2525)
    (here / "mailcatch.toml").write_text("smpt = 1")
    with pytest.raises(Failed) as failed:
        target(None)
    assert failed.value.code == 64
    monkeypatch.setenv("MAILCATCH_URL", "http://127.0.0.1:9")
    with pytest.raises(Failed) as failed:
        target(None)
    assert failed.value.code == 75
