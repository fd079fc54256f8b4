"""kill -9 at any moment: every mail that was answered with 250 is there afterwards, byte for byte (G5)."""

import hashlib
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.web.mbox import read
from tests.support.http import Http
from tests.support.sink import Sink, sink

CYCLES = 30
ACKNOWLEDGED = 10_000
SENDERS = 4
_AT_A_TIME = 25  # mails pipelined by one sender before it reads replies


class Sender(threading.Thread):
    """Sends mails as fast as it can until the connection breaks, and keeps what was acknowledged."""

    def __init__(self, address: tuple[str, int], name: str, news: threading.Semaphore) -> None:
        super().__init__(name=name, daemon=True)
        self._address = address
        self._news = news
        self.acknowledged: dict[str, bytes] = {}

    def run(self) -> None:
        try:
            with socket.create_connection(self._address, 10) as connection, connection.makefile("rb") as replies:
                replies.readline()
                connection.sendall(b"EHLO x.test\r\n")
                while replies.readline()[3:4] == b"-":
                    pass
                for number in range(1_000_000):
                    self._send(connection, replies, number)
        except OSError:
            pass

    def _send(self, connection: socket.socket, replies: object, number: int) -> None:
        raw = b"Subject: %s %d\r\n\r\n%s\r\n" % (self.name.encode(), number, b"x" * (number * 37 % 3000))
        connection.sendall(b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n")
        for code in (b"250", b"250", b"354"):
            expect(replies, code)
        connection.sendall(raw + b".\r\n")
        id = expect(replies, b"250").rsplit(b" ", 1)[1].decode()
        self.acknowledged[id] = hashlib.sha256(raw).digest()
        self._news.release()


def expect(replies: object, code: bytes) -> bytes:
    """Read one reply; a broken connection is an OSError, another code an error of the test."""
    line: bytes = replies.readline()  # type: ignore[attr-defined]
    if not line.endswith(b"\r\n"):
        raise ConnectionError
    assert line.startswith(code), line
    return line.rstrip()


@pytest.mark.long
def test_nothing_acknowledged_is_lost(tmp_path: Path):
    """Thirty times killed under full load, at a moment of chance; at least ten thousand mails were acknowledged."""
    database, chance = tmp_path / "mail.db", random.Random(5)
    acknowledged: dict[str, bytes] = {}
    for cycle in range(CYCLES):
        left = (ACKNOWLEDGED - len(acknowledged)) // (CYCLES - cycle)
        with sink("--max-messages", "none", database=database) as running:
            acknowledged |= pour_and_kill(running, max(50, left), chance)
    assert len(acknowledged) >= ACKNOWLEDGED
    with sink("--max-messages", "none", database=database) as running, Http(running.http) as http:
        listed, stored = set(ids(http)), digests(http)
        assert not acknowledged.keys() - listed
        assert not set(acknowledged.values()) - stored  # each mail is different, so is its digest
        assert http.get("/v1/counts").json()["total"] == len(listed) == len(stored)
        assert http.get("/readyz").status == 200


def test_killed_while_it_makes_its_database(tmp_path: Path):
    """At whichever step: the next start takes the file, or what there is of it, as its own."""
    for number in range(5):
        database = tmp_path / f"{number}.db"
        words = [sys.executable, "-m", "mailcatch", "-q", "--smtp", "0", "--http", "0", "--database", str(database)]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
        beside = database.with_name(database.name + ("-wal" if number % 2 else ".lock"))
        while not beside.exists() and process.poll() is None:  # seen from outside there is nothing to wait on
            threading.Event().wait(0.001)
        threading.Event().wait(number * 0.008)
        process.kill()
        process.wait()
        with sink(database=database) as running, Http(running.http) as http:
            assert http.get("/v1/messages").json()["total"] == 0


def pour_and_kill(running: Sink, enough: int, chance: random.Random) -> dict[str, bytes]:
    """Pour mail in until `enough` are acknowledged and a little longer, then kill; return what was acknowledged."""
    news = threading.Semaphore(0)
    senders = [Sender(running.smtp, f"{running.process.pid}-{number}", news) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(enough + chance.randrange(20)):
        assert news.acquire(timeout=20)
    running.process.kill()
    for sender in senders:
        sender.join(20)
    return {id: digest for sender in senders for id, digest in sender.acknowledged.items()}


def ids(http: Http) -> Iterator[str]:
    """Give the id of every message in the list."""
    after = ""
    while True:
        page = http.get(f"/v1/messages?limit=1000&order=asc{after}").json()
        yield from (message["id"] for message in page["messages"])
        if len(page["messages"]) < 1000:
            return
        after = f"&after={page['after']}"


def digests(http: Http) -> set[bytes]:
    """Give the digests that the stored bytes have now: read back, not believed."""
    items = read([http.get("/v1/export").body], 1 << 30)
    return {hashlib.sha256(item.raw).digest() for item in items}
