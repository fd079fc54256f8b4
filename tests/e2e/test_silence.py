"""Out of the box nothing leaves the machine: seen by the kernel's own calls, not by what we say (G15)."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.http import Http
from tests.support.needs import missing, program
from tests.support.sink import sink
from tests.support.wire import Wire

REMOTE = (
    b"From: a@elsewhere.example\r\nTo: b@elsewhere.example\r\nSubject: remote\r\nContent-Type: text/html\r\n\r\n"
    b'<link rel="stylesheet" href="http://198.51.100.7/x.css"><img src="http://tracker.example/pixel.gif">\r\n'
)


def test_no_connection_and_no_dns_query(tmp_path: Path):
    """Start, take mail from and to foreign domains, show it, search, stop: no call names an address but loopback."""
    if sys.platform != "linux":
        missing("strace is Linux's")
    trace = tmp_path / "trace"
    with sink() as running:
        words = [program("strace"), "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none"]
        tracer = subprocess.Popen([*words, "-o", str(trace), "-p", str(running.process.pid)], stderr=subprocess.PIPE)
        try:
            attached(running.process.pid, tracer)
            with Wire(running.smtp) as wire, Http(running.http) as http:
                wire.command(b"EHLO foreign.example", b"250")
                id = wire.send(REMOTE, sender="a@elsewhere.example", to=("b@elsewhere.example", "c@[192.0.2.1]"))
                for path in ("/", "/readyz", "/v1/info", "/v1/messages?q=from:elsewhere", f"/v1/messages/{id}"):
                    assert http.get(path).status in {200, 404}
            assert running.stop() == 0
        finally:
            tracer.wait(10)
    calls = trace.read_text()
    assert foreign(calls) == []


def attached(pid: int, tracer: "subprocess.Popen[bytes]") -> None:
    """Wait until the tracer has all threads, or skip where it may not trace."""
    deadline = time.monotonic() + 10
    status = Path(f"/proc/{pid}/status")
    while "TracerPid:\t0\n" in status.read_text():
        if tracer.poll() is not None:
            assert tracer.stderr is not None
            missing(f"strace cannot attach here: {tracer.stderr.read().decode().strip()}")
        assert time.monotonic() < deadline


def foreign(calls: str) -> list[str]:
    """Give the calls that name an address outside of the machine."""
    named = [line for line in calls.splitlines() if "sin_addr" in line or "sin6_addr" in line]
    return [line for line in named if not re.search(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"', line)]


def test_the_start_asks_nobody(tmp_path: Path):
    """From the first instruction to ready: no DNS, no update check, also with a host name that resolves nowhere."""
    if sys.platform != "linux":
        missing("strace is Linux's")
    trace = tmp_path / "trace"
    words = [program("strace"), "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    serve = [sys.executable, "-m", "mailcatch", "--json", "--smtp", "0", "--http", "0", "--database", ":temp:"]
    process = subprocess.Popen(
        [*words, *serve], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        missing(f"strace cannot trace here: {process.communicate()[1].strip()[-200:]}")
    os.kill(json.loads(line)["pid"], signal.SIGTERM)
    process.communicate(timeout=30)
    assert foreign(trace.read_text()) == []
