"""The command in this process, and a server for it to talk to."""

import io
import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mailcatch.app import Service
from mailcatch.cli import run
from mailcatch.relay_section import RelaySection
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.support.service import config, running, smtp_of
from tests.support.wire import Wire

MAIL = b"From: App <app@x.test>\r\nTo: bob@x.test\r\nSubject: Hello\r\n\r\nHi Bob.\r\n"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Command = Callable[..., Result]


class Stdin:
    """What `sys.stdin` is to a command that is piped into."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No variable, no file of whoever runs the tests has a say."""
    for name in list(os.environ):
        if name.startswith("MAILCATCH_") or name == "GITHUB_ACTIONS":
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `mailcatch` with arguments; what it wrote is read as UTF-8."""

    def call(*arguments: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        capfdbinary.readouterr()
        code = run([str(each) for each in arguments])
        out, err = capfdbinary.readouterr()
        return Result(code, out.decode(), err.decode())

    return call


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(config()) as made:
        yield made


@pytest.fixture
def url(service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """Empty the server, and have the command find it by its variable."""
    found = f"http://{service.info().http[0]}"
    monkeypatch.setenv("MAILCATCH_URL", found)
    assert run(["rm", "--all", "--yes"]) == 0
    return found


@pytest.fixture
def deliver(service: Service) -> Callable[..., str]:
    """Send a mail over SMTP and give its id."""

    def send(raw: bytes = MAIL, to: Sequence[str] = ("bob@x.test",)) -> str:
        with Wire(smtp_of(service)) as wire:
            return wire.send(raw, to=to)

    return send


@pytest.fixture
def here() -> Path:
    """Give the working directory, which is empty."""
    return Path.cwd()


@pytest.fixture
def waits(url: str) -> None:
    """Skip where the server cannot wait."""
    with urllib.request.urlopen(f"{url}/v1/openapi.json") as answer:
        if "/v1/wait" not in json.load(answer)["paths"]:
            pytest.skip("the server has no /v1/wait")


@pytest.fixture(scope="module")
def relay_service() -> Iterator[Service]:
    """Serve with the relay on: `far.test` has a server that takes everyone but `ann`, who is told to wait."""
    with ExitStack() as stack:
        dns = stack.enter_context(ScriptedDns(("127.0.0.1", 0)))
        mta = stack.enter_context(Mta("127.0.0.2", Script(rcpt={"ann": "450 4.2.1 not now"}), port=0))
        dns.add("@ MX 10 mx\nmx A 127.0.0.2", "far.test")
        section = RelaySection(
            enabled=True, allow=("@far.test",), allow_networks=("127.0.0.0/8",), mx_port=mta.address[1],
            dns_servers=(dns.address[0],), dns_port=dns.address[1], helo="us.test",
        )  # fmt: skip
        yield stack.enter_context(running(replace(config(), relay=section)))


@pytest.fixture
def mail(relay_service: Service, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the command find the server that relays, and give it a message; its id."""
    monkeypatch.setenv("MAILCATCH_URL", f"http://{relay_service.info().http[0]}")
    with Wire(smtp_of(relay_service)) as wire:
        return wire.send(MAIL, sender="app@home.test", to=("bob@far.test",))
