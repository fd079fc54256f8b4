"""`mailcatch open`: the browser is called, with what the web inbox understands."""

import webbrowser
from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import Command


def test_the_inbox_and_a_message(
    command: Command, url: str, deliver: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    """Printed, and opened; the password of MAILCATCH_URL is in neither."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda where: opened.append(where) or True)
    id = deliver()
    assert command("open").out == f"{url}/\n"
    assert command("open", "latest").out == f"{url}/m/{id}\n"
    assert command("open", "--print-url").out == f"{url}/\n"
    assert command("open", "--url", url.replace("http://", "http://me:secret@")).out == f"{url}/\n"
    assert opened == [f"{url}/", f"{url}/m/{id}", f"{url}/"]


def test_what_cannot_be_opened(command: Command, url: str, monkeypatch: pytest.MonkeyPatch):
    """No message, no server, no browser: told before or after, and never silently."""
    monkeypatch.setattr(webbrowser, "open", lambda where: False)
    assert command("open", "latest").code == 1
    assert command("open", "--url", "http://127.0.0.1:9").code == 3
    result = command("open")
    assert (result.code, result.out) == (1, f"{url}/\n")
    assert "no browser" in result.err
