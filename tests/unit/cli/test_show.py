"""`mailcatch show`: one message, in the form that is asked for."""

import json
import sys
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from tests.unit.cli.conftest import MAIL, Command

RICH = (
    b"From: App <app@x.test>\r\nTo: bob@x.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHi \xc3\xbc \x1b[2J\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi \xc3\xbc</p>\r\n--b--\r\n"
)


@pytest.fixture
def rich(url: str, deliver: Callable[..., str]) -> str:
    return deliver(RICH, to=("bob@x.test", "eve@x.test"))


@pytest.mark.parametrize("name", ["latest", "oldest", None])
def test_a_message_for_people(command: Command, rich: str, name: str | None):
    """Who, what, when, the hidden recipient, the text without its escape sequence."""
    out = command("show", name or rich).out
    head, _, text = out.partition("\n\n")
    fields = dict(line.split(":", 1) for line in head.splitlines())
    assert fields["From"].strip() == "App <app@x.test>"
    assert fields["Bcc"].strip() == "eve@x.test"
    assert fields["Subject"].strip() == "Grüße"
    assert text.startswith("Hi ü [2J")


def test_raw_is_the_exact_bytes(
    rich: str, command: Command, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
):
    """Into a pipe byte by byte; a terminal is not taken over."""
    from mailcatch.cli import run

    capfdbinary.readouterr()
    assert run(["show", rich, "--raw"]) == 0
    assert capfdbinary.readouterr().out == RICH
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b" not in command("show", rich, "--raw").out


def test_text_html_and_headers(command: Command, rich: str):
    """Decoded, each alone."""
    assert command("show", rich, "--text").out.startswith("Hi ü [2J")
    assert command("show", rich, "--html").out.rstrip("\n") == "<p>Hi ü</p>"
    assert "Subject: Grüße\n" in command("show", rich, "--headers").out


def test_json_is_the_apis_answer(command: Command, rich: str, url: str):
    """The same object."""
    with urlopen(f"{url}/v1/messages/{rich}") as answer:
        expected = json.load(answer)
    shown = json.loads(command("show", rich, "--json").out)
    frames = [each.pop("frame") for each in (shown, expected)]  # its token is new each time
    assert all(frames)
    assert shown == expected


def test_what_is_not_there(command: Command, url: str, deliver: Callable[..., str]):
    """Exit 1 and the server's sentence."""
    deliver()
    assert command("show", "01ARYZ6S410000000000000000").code == 1
    assert command("show", "latest", "--html").code == 1
    assert command("show", "latest", "--query", "subject:none").code == 1
    assert command("show", "../info").code in {1, 2}


def test_the_latest_of_a_query(command: Command, url: str, deliver: Callable[..., str]):
    """--query narrows what latest means."""
    deliver(MAIL.replace(b"Hello", b"Invoice"))
    deliver()
    assert "Subject:  Invoice" in command("show", "latest", "-q", "subject:invoice").out
