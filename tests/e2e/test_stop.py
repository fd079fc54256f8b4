"""The end: in each protocol's own words, within five seconds, with exit code 0 (G17)."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.http import Http
from tests.support.needs import missing
from tests.support.sink import Sink, sink
from tests.support.websocket import WebSocket
from tests.support.wire import Wire

MAIL = b"Subject: x\r\n\r\nx\r\n"
WITHIN = 5.0


def ended(running: Sink, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
    """Send a signal; return the exit code and how many seconds it took."""
    start = time.monotonic()
    running.process.send_signal(number)
    code = running.process.wait(30)
    return code, time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_stops_at_once(number: signal.Signals):
    """Exit 0, nothing but a line in the log."""
    with sink() as running:
        code, seconds = ended(running, number)
        assert (code, seconds < WITHIN) == (0, True)
        assert "Traceback" not in running.log


def test_open_websockets_long_reads_and_a_running_data(tmp_path: Path):
    """All at once: the mail under way is stored, everyone else is told in his protocol's words."""
    database = tmp_path / "mail.db"
    with sink(database=database) as running:
        with Wire(running.smtp) as wire:
            big = wire.send(b"Subject: big\r\n\r\n" + b"0123456789abcdef\r\n" * 500_000)
        reading = slow_read(running, f"/v1/messages/{big}/raw")
        events = slow_read(running, "/v1/events")
        sockets = [WebSocket(running.http, "/v1/live") for _ in range(5)]
        idle = greeted(running)
        busy = in_data(running)
        busy.sendall(b"Subject: under way\r\n\r\nfirst half\r\n")

        start = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert idle.recv(1000).startswith(b"421 4.3.2")  # it is told before the running DATA ends
        busy.sendall(b"second half\r\n.\r\n")
        reply = receive_line(busy)
        assert reply.startswith(b"250 2.0.0")
        id = reply.split()[-1].decode()
        assert running.process.wait(30) == 0
        assert time.monotonic() - start < WITHIN
        assert "Traceback" not in running.log
        for each in (reading, events, idle, busy, *(websocket.socket for websocket in sockets)):
            each.close()
    with sink(database=database) as running, Http(running.http) as web:
        assert web.get(f"/v1/messages/{id}/raw").body == b"Subject: under way\r\n\r\nfirst half\r\nsecond half\r\n"


def slow_read(running: Sink, path: str) -> socket.socket:
    """Ask for something, and read only its first bytes."""
    connection = socket.create_connection(running.http, 10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def greeted(running: Sink) -> socket.socket:
    connection = socket.create_connection(running.smtp, 10)
    assert receive_line(connection).startswith(b"220 ")
    return connection


def in_data(running: Sink) -> socket.socket:
    connection = greeted(running)
    for line in (b"HELO x", b"MAIL FROM:<a@x.test>", b"RCPT TO:<b@x.test>"):
        connection.sendall(line + b"\r\n")
        assert receive_line(connection).startswith(b"250 ")
    connection.sendall(b"DATA\r\n")
    assert receive_line(connection).startswith(b"354 ")
    return connection


def receive_line(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    return line


def test_a_data_that_never_ends_is_cut_off(tmp_path: Path):
    """Three seconds, then it is gone; nothing of it is stored."""
    database = tmp_path / "mail.db"
    with sink(database=database) as running:
        busy = in_data(running)
        busy.sendall(b"Subject: never\r\n\r\n")
        code, seconds = ended(running)
        assert (code, 2.0 < seconds < WITHIN) == (0, True), seconds
        busy.close()
    with sink(database=database) as running, Http(running.http) as web:
        assert web.get("/v1/messages").json()["total"] == 0


def test_requests_while_stopping_are_answered_503():
    """A kept connection hears `stopping`, and /readyz says so."""
    with sink() as running:
        busy = in_data(running)  # keeps the process up for three seconds
        connection = http.client.HTTPConnection(*running.http, timeout=10)
        connection.request("GET", "/readyz")
        assert connection.getresponse().read()
        running.process.send_signal(signal.SIGTERM)
        statuses = set()
        try:
            while True:
                connection.request("GET", "/readyz")
                answer = connection.getresponse()
                answer.read()
                statuses.add(answer.status)
        except (OSError, http.client.HTTPException):
            pass
        busy.close()
        assert statuses <= {200, 503}
        assert running.process.wait(30) == 0


def test_a_second_signal_ends_it_at_once_and_loses_nothing(tmp_path: Path):
    """Whoever is impatient waits no longer; what was answered with 250 is there."""
    database, file = tmp_path / "mail.db", tmp_path / "ready.json"
    with sink("--ready-file", str(file), database=database) as running:
        with Wire(running.smtp) as wire:
            id = wire.send(MAIL)
        idle, busy = greeted(running), in_data(running)  # a running DATA would keep it for three seconds
        running.process.send_signal(signal.SIGTERM)
        assert idle.recv(1000).startswith(b"421 ")  # the first signal has arrived
        code, seconds = ended(running)
        assert code == 128 + signal.SIGTERM
        assert seconds < 1.5
        assert not file.exists()
        idle.close()
        busy.close()
    with sink(database=database) as running, Http(running.http) as web:
        assert web.get(f"/v1/messages/{id}/raw").body == MAIL


def test_a_hang_up_is_harmless():
    """SIGHUP to a process without a terminal: it goes on."""
    with sink() as running, Http(running.http) as web:
        running.process.send_signal(signal.SIGHUP)
        assert web.get("/readyz").status == 200
        with Wire(running.smtp) as wire:
            wire.send(MAIL)
        assert ended(running)[0] == 0


def test_the_terminal_going_away_ends_it(tmp_path: Path):
    """Started in a window that is closed: the port is free again."""
    if sys.platform != "linux":
        missing("terminals go away differently elsewhere")
    import pty

    pid, master = pty.fork()
    if pid == 0:
        words = [sys.executable, "-m", "mailcatch", "--smtp", "0", "--http", "0", "--database", ":temp:"]
        os.execvp(words[0], words)
    text = b""
    while b"Database" not in text:
        text += os.read(master, 1000)
    os.close(master)
    reaped: list[int] = []
    waiting = threading.Thread(target=lambda: reaped.append(os.waitpid(pid, 0)[1]), daemon=True)
    waiting.start()
    waiting.join(10)
    if not reaped:
        os.kill(pid, signal.SIGKILL)
    assert [os.waitstatus_to_exitcode(status) for status in reaped] == [0]


def test_a_signal_during_the_start_is_no_stack_trace(tmp_path: Path):
    """Amid opening the database and importing the rest: the process ends, and not with a line of Python."""
    for number, delay in enumerate((0.0, 0.02, 0.05)):
        database = tmp_path / f"{number}.db"
        words = [sys.executable, "-m", "mailcatch", "--smtp", "0", "--http", "0", "--database", str(database)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        while not list(tmp_path.glob(f"{number}.db*")) and process.poll() is None:
            threading.Event().wait(0.001)  # the first file is the only sign of how far it is
        threading.Event().wait(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert process.returncode in {0, 130}
        assert "Traceback" not in err


def test_the_log_of_sqlite_is_folded_in(tmp_path: Path):
    """After a clean stop one file is left."""
    with sink(database=tmp_path / "mail.db") as running:
        with Wire(running.smtp) as wire:
            for _ in range(50):
                wire.send(MAIL)
        assert ended(running)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mail.db"]


HOLDER = """
import json, subprocess, sys
words = [sys.executable, "-m", "mailcatch", "--json", "--stop-with-stdin", "--database", ":temp:"]
for door in ("smtp", "http", "pop3", "imap"):
    words += [f"--{door}", "0"]
child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
sys.stdout.buffer.write(child.stdout.readline())
sys.stdout.flush()
sys.stdin.read()
"""
"""A program that starts a sink, tells what it said, and waits."""


def test_it_does_not_outlive_whoever_holds_its_standard_input(tmp_path: Path):
    """The holder is killed, and can tell nobody: the sink ends, its port is free and its folder gone."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as holder:
        assert holder.stdout is not None and holder.stderr is not None
        ready = json.loads(holder.stdout.readline())
        assert len(list(tmp_path.iterdir())) == 1
        connection = socket.create_connection((ready["smtp"][0]["host"], ready["smtp"][0]["port"]), 10)
        holder.kill()
        heard = b"".join(iter(lambda: connection.recv(1000), b""))
        assert b"\r\n421 4.3.2" in heard  # in order, in the protocol's words
        connection.close()
        assert b"Traceback" not in holder.stderr.read()  # the sink writes there too: at its end, that is gone
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_its_input_makes_no_signal_a_second_one(tmp_path: Path):
    """Who closes the pipe and then says SIGTERM is not impatient: it still stops in order, and exits with 0."""
    words = ["--stop-with-stdin", "--json", "--database", ":temp:"]
    words += ["--smtp", "0", "--http", "0", "--pop3", "0", "--imap", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mailcatch", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"what comes is of no interest")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["pid"] == process.pid
    process.stdin.close()
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
    assert list(tmp_path.iterdir()) == []
