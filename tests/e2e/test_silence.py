"""Out of the box nothing leaves the machine: seen by the kernel's own calls, not by what we say (G15)."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.http import Http
from tests.support.needs import missing, program
from tests.support.wire import Wire

REMOTE = (
    b"From: a@elsewhere.example\r\nTo: b@elsewhere.example\r\nSubject: remote\r\nContent-Type: text/html\r\n\r\n"
    b'<link rel="stylesheet" href="http://198.51.100.7/x.css"><img src="http://tracker.example/pixel.gif">\r\n'
)


TRACED = ["-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none"]


def test_no_connection_and_no_dns_query(tmp_path: Path):
    """Start, take mail from and to foreign domains, show it, search, stop: no call names an address but loopback.

    From the first instruction on: no DNS and no update check either while it starts.
    """
    if sys.platform != "linux":
        missing("strace is Linux's")
    trace = tmp_path / "trace"
    serve = [sys.executable, "-m", "mailcatch", "--json", "--smtp", "0", "--http", "0", "--database", ":temp:"]
    process = subprocess.Popen(
        [program("strace"), *TRACED, "-o", str(trace), *serve],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        missing(f"strace cannot trace here: {process.communicate()[1].strip()[-200:]}")
    ready = json.loads(line)
    try:
        web = urlsplit(ready["http"][0]["url"])
        with (
            Wire((ready["smtp"][0]["host"], ready["smtp"][0]["port"])) as wire,
            Http((web.hostname or "", web.port or 0)) as http,
        ):
            wire.command(b"EHLO foreign.example", b"250")
            id = wire.send(REMOTE, sender="a@elsewhere.example", to=("b@elsewhere.example", "c@[192.0.2.1]"))
            for path in ("/", "/readyz", "/v1/info", "/v1/messages?q=from:elsewhere", f"/v1/messages/{id}"):
                assert http.get(path).status in {200, 404}
    finally:
        os.kill(ready["pid"], signal.SIGTERM)
        process.communicate(timeout=30)
    calls = trace.read_text()
    assert foreign(calls) == []


def foreign(calls: str) -> list[str]:
    """Give the calls that name an address outside of the machine."""
    named = [line for line in calls.splitlines() if "sin_addr" in line or "sin6_addr" in line]
    return [line for line in named if not re.search(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"', line)]
