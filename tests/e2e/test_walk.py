"""The walk of docs/relay.md, as a reader takes it: two mailcatch, a DNS server of thirty lines, no root."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.events import until
from tests.support.needs import missing, program

PAGE = Path(__file__).parents[2] / "docs" / "relay.md"
SECOND = "127.0.0.2"
PORTS = ("10053", "1025", "8025", "2525", "8026", "1143")


def page() -> str:
    """Give the page with ports that are free: others may use its own."""
    text = PAGE.read_text("utf-8").partition("## Walk it")[2].partition("\n## ")[0]
    with_ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    return re.sub(rf"\b(?:{'|'.join(PORTS)})\b", lambda found: with_ports[found[0]], text)


def free_ports(count: int) -> list[str]:
    """Give ports that nobody has, on both addresses."""
    held = [socket.create_server((SECOND, 0)) for _ in range(count)]
    numbers = [str(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return numbers


def blocks(text: str, language: str) -> list[str]:
    """Give the page's code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def here(text: str) -> tuple[str, int]:
    """Give the address of the first server's web."""
    config = tomllib.loads(next(block for block in blocks(text, "toml") if block.startswith("# here.toml")))
    return config["host"], int(config["http"][0])


class Reader:
    """Somebody with a shell in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        own = {name: value for name, value in os.environ.items() if not name.startswith(("MAILCATCH_", "PYTEST_"))}
        self._env = {**own, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        self._groups: list[int] = []

    def types(self, commands: str) -> str:
        """Run the lines of one block; give what they print. What goes to the background stays there."""
        log = (self._folder / "log").open("ab")
        shell = subprocess.Popen(
            ["/bin/sh", "-e", "-c", commands],
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "printed").open("wb"),
            stderr=log,
            start_new_session=True,
        )
        self._groups.append(shell.pid)
        code = shell.wait(30)
        printed = (self._folder / "printed").read_text("utf-8", "replace")
        assert code == 0, f"{commands}\n{printed}\n{(self._folder / 'log').read_text('utf-8', 'replace')}"
        return printed

    def leaves(self) -> None:
        """End what still runs."""
        for group in self._groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Sit down at a terminal."""
    program("curl")
    try:
        with socket.create_server((SECOND, 0)):
            pass
    except OSError:
        missing(f"{SECOND} is no address of this machine")
    someone = Reader(tmp_path)
    yield someone
    someone.leaves()


def test_the_walk(reader: Reader, tmp_path: Path) -> None:
    """From an app through MX into IMAP; the path tells it, and a bounce comes for a user who is not there."""
    text = page()
    for block in (*blocks(text, "python"), *blocks(text, "toml")):
        (tmp_path / block.partition("\n")[0].removeprefix("# ")).write_text(block, "utf-8")
    start, send, show, refuse = blocks(text, "sh")
    reader.types(start)
    read = reader.types(send)
    assert len(re.findall(r"^Received: ", read, re.MULTILINE)) == 1
    assert "To: ann@there.test" in read
    until(here(text), "/v1/relay/jobs", lambda it: [each["recipients"][0]["state"] for each in it["jobs"]] == ["sent"])
    way = reader.types(show)
    for piece in (
        "ann@there.test  relay, sent after 1 attempt: 250",
        "rule: relay.allow @there.test",
        "-> RCPT TO:<ann@there.test>",
        "there.test. MX 10 mx.there.test.",
        "mx.there.test. A 127.0.0.2",
    ):
        assert piece in way, way
    refused = reader.types(refuse)
    assert "bob@there.test  relay, failed after 1 attempt: 550 5.1.1" in refused, refused
    assert "app@here.test" in refused
