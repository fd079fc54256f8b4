"""Recipient checks of the real process, as other people's clients meet them."""

from __future__ import annotations

import signal
import smtplib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.http import Http
from tests.support.needs import program
from tests.support.sink import Sink

MAIL = "Subject: hi\r\n\r\nhi\r\n"


def until(happened: Callable[[], bool]) -> None:
    """Ask again until it has happened: the process tells in its own time."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline


def refused(sink: Sink, *recipients: str) -> dict[str, tuple[int, bytes]]:
    """Send one mail by smtplib; give who was refused, and how."""
    with smtplib.SMTP(*sink.smtp, local_hostname="client.test", timeout=10) as client:
        return client.sendmail("app@x.example", list(recipients), MAIL)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_users_of_a_file_and_after_sighup(tmp_path: Path):
    """One mail, three recipients: domain and user are recognised; after SIGHUP the new users are."""
    users = tmp_path / "users"
    users.write_text("bob@shop.example\n")
    with Sink("--users", str(users)) as sink:
        found = refused(sink, "bob+tag@Shop.example", "joe@shop.example", "eve@far.example")
        assert sorted((address, code, said[:5]) for address, (code, said) in found.items()) == [
            ("eve@far.example", 550, b"5.7.1"),
            ("joe@shop.example", 550, b"5.1.1"),
        ]
        (shown,) = Http(sink.http).get("/v1/messages").json()["messages"]
        envelope = Http(sink.http).get(f"/v1/messages/{shown['id']}").json()["envelope"]
        assert envelope["rcpt_to"] == [
            {"address": "bob+tag@Shop.example", "params": {}, "route": "local", "rule": "local domain shop.example"}
        ]
        users.write_text("joe@shop.example\n")
        sink.process.send_signal(signal.SIGHUP)
        until(lambda: "read certificates and users again" in sink.log)
        assert list(refused(sink, "joe@shop.example", "bob@shop.example")) == ["bob@shop.example"]


def test_swaks_is_told_why():
    """The reply's text is what a person reads; the session keeps it, though no mail came."""
    swaks = program("swaks")
    with Sink("--local-domain", "shop.example", "--local-domain", "[192.0.2.1]") as sink:
        words = [swaks, "--server", "{}:{}".format(*sink.smtp), "--from", "app@x.example", "--suppress-data"]
        taken = subprocess.run([*words, "--to", "any@shop.example"], capture_output=True, timeout=30, check=False)
        assert taken.returncode == 0, taken.stdout
        said = subprocess.run([*words, "--to", "eve@far.example"], capture_output=True, timeout=30, check=False)
        assert said.returncode == 24  # no recipient was accepted
        assert b"550 5.7.1 <eve@far.example>: far.example is no local domain here, and relay is off" in said.stdout
        http = Http(sink.http)
        until(lambda: [each["rejected"] for each in http.get("/v1/sessions?rejected=true").json()["sessions"]] == [1])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--users", "none"], "--users: .*none cannot be read: No such file"),
        (["--users", "bob@shop.example,joe"], "--users: 'joe': it must be one address"),
        (["--users", "bob@shop.example", "--local-domain", "far.example"], "shop.example is of no --local-domain"),
        (["--local-domain", "bob@shop.example"], "give a domain"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line(options: list[str], said: str):
    """The option, what is wrong with it, and no stack trace."""
    with pytest.raises(RuntimeError, match=rf"exit 2.*\n.*{said}"), Sink(*options):
        pass
