"""A server of one's own: it is there when the block begins, and gone when it ends."""

import socket
from pathlib import Path

import pytest

from mailcatch.cli.errors import ServerFailed
from mailcatch.cli.private import PrivateServer
from mailcatch.cli.server import Server
from tests.support.wire import Wire


def test_it_takes_mail_and_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch):
    """On free ports; what a neighbour's MAILCATCH_URL or ready file says is not for it."""
    monkeypatch.setenv("MAILCATCH_URL", "http://127.0.0.1:9")
    with PrivateServer() as server:
        address = (server.address.smtp_host, server.address.smtp_port)
        with Wire(address) as wire:
            wire.send(b"Subject: x\r\n\r\nx\r\n")
        assert Server(server.address.url).json("GET", "/v1/counts")["total"] == 1
        assert server.is_running
    assert not server.is_running
    with socket.socket() as probe:
        assert probe.connect_ex(address) != 0


def test_a_projects_own_modules_are_not_ours(here: Path):
    """A file in the working directory that is called like one of Python's: the server does not import it."""
    for name in ("json", "queue", "mailcatch"):
        (here / f"{name}.py").write_text("raise SystemExit(9)")
    with PrivateServer() as server:
        assert server.is_running


def test_one_that_does_not_start(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """It says why by itself; we say that it did not."""
    monkeypatch.setenv("MAILCATCH_MAX_AGE", "soon")
    with pytest.raises(ServerFailed), PrivateServer():
        pass
    assert "--max-age" in capfd.readouterr().err
