"""`mailcatch ready`: 0 or 3, whichever way it asks."""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailcatch.app import Service
from mailcatch.config import HttpSection
from tests.support.service import config, http_of, running, smtp_of
from tests.unit.cli.conftest import Command


@pytest.fixture(scope="module")
def without_web() -> Iterator[Service]:
    with running(replace(config(), http=HttpSection(listen=()))) as made:
        yield made


def test_a_ready_server(command: Command, url: str):
    """Exit 0, and where it is."""
    result = command("ready")
    assert (result.code, result.out) == (0, "")
    assert url in result.err


def test_nobody_there(command: Command):
    """Exit 3 at once, and one line."""
    result = command("ready", "--url", "http://127.0.0.1:9")
    assert result.code == 3
    assert result.err.startswith("mailcatch: not ready: no mailcatch answers at http://127.0.0.1:9")


def test_waiting_ends(command: Command):
    """--wait gives up when its time is over."""
    start = time.monotonic()
    assert command("ready", "--wait", "200ms", "--url", "http://127.0.0.1:9").code == 3
    assert time.monotonic() - start >= 0.2


def test_waiting_for_a_server_that_starts_late(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is found as soon as it is there, also where only the ready file knows the port."""
    file = tmp_path / "ready.json"
    monkeypatch.setenv("MAILCATCH_HTTP", "0")
    monkeypatch.setenv("MAILCATCH_READY_FILE", str(file))
    codes: list[int] = []
    asking = threading.Thread(target=lambda: codes.append(command("ready", "--wait", "20s").code))
    asking.start()
    with running(config()) as service:
        host, port = http_of(service)
        part = tmp_path / "part"
        part.write_text(json.dumps({"pid": os.getpid(), "http": [{"url": f"http://{host}:{port}"}]}))
        part.replace(file)
        asking.join(20)
    assert codes == [0]


def test_without_web_it_waits_for_smtps_greeting(
    command: Command, without_web: Service, monkeypatch: pytest.MonkeyPatch
):
    """--http off: a connection to SMTP decides."""
    host, port = smtp_of(without_web)
    monkeypatch.setenv("MAILCATCH_HTTP", "off")
    monkeypatch.setenv("MAILCATCH_SMTP", f"{host}:{port}")
    result = command("ready")
    assert (result.code, result.err) == (0, f"ready: smtp://{host}:{port}\n")
    monkeypatch.setenv("MAILCATCH_SMTP", f"{host}:9")
    assert command("ready").code == 3


def test_the_prefix_counts(command: Command, monkeypatch: pytest.MonkeyPatch):
    """A server under /mail is ready there."""
    with running(config(webroot="/mail")) as service:
        monkeypatch.setenv("MAILCATCH_HTTP", "{}:{}".format(*http_of(service)))
        monkeypatch.setenv("MAILCATCH_WEBROOT", "/mail")
        assert command("ready").code == 0
        monkeypatch.setenv("MAILCATCH_WEBROOT", "")
        assert command("ready").code != 0


def test_another_program_is_not_ready(command: Command, service: Service):
    """What answers with something else is no mailcatch: SMTP's port asked by HTTP."""
    result = command("ready", "--url", "http://{}:{}".format(*smtp_of(service)))
    assert result.code == 3
