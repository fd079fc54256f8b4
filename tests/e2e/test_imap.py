"""The real process over IMAP: what comes in by SMTP is pushed and read, and the end is said."""

import imaplib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.imap import Client
from tests.support.needs import program
from tests.support.sink import Sink, sink
from tests.support.wire import Wire

MAIL = b"From: app@x.test\r\nSubject: pushed\r\n\r\n.dot\r\nbody\r\n"


def imap_of(running: Sink) -> tuple[str, int]:
    """Return host and port of the first IMAP listener."""
    first = running.ready["imap"][0]
    return first["host"], first["port"]


def test_mail_is_pushed_as_soon_as_it_is_acknowledged(running: Sink):
    """To who idles, in every account that sees it; the median of some is far below 100 ms."""
    users = ("all", "ann@example.test", "@example.test")
    with Wire(running.smtp) as wire:
        clients = [Client(imap_of(running), user) for user in users]
        for client in clients:
            client.ask("SELECT INBOX")
            client.idle()
        took = []
        for _ in range(5):
            wire.send(MAIL, to=["ann@example.test"])
            began = time.monotonic()
            for client in clients:
                while not client.response().endswith(b"EXISTS\r\n"):
                    pass
            took.append(time.monotonic() - began)
        for client in clients:
            assert client.done().ok
            client.close()
    assert sorted(took)[2] < 0.1


def test_imaplib(running: Sink):
    """Log in, read, flag, append, expunge."""
    with Wire(running.smtp) as wire:
        wire.send(MAIL, to=["lib@example.test"])
    with imaplib.IMAP4(*imap_of(running), timeout=20) as client:
        client.login("lib@example.test", "x")
        assert client.select() == ("OK", [b"1"])
        _, data = client.fetch("1", "(RFC822)")
        assert isinstance(data[0], tuple) and data[0][1] == MAIL
        assert client.store("1", "+FLAGS", "(\\Deleted)")[0] == "OK"
        assert client.append("Sent", "(\\Seen)", imaplib.Time2Internaldate(0), MAIL)[0] == "OK"
        assert client.expunge() == ("OK", [b"1"])


def test_curl(running: Sink, tmp_path: Path):
    """It uploads and reads back the same bytes."""
    curl = program("curl")
    letter = tmp_path / "letter.eml"
    letter.write_bytes(MAIL)
    host, port = imap_of(running)
    base = [curl, "--silent", "--show-error", "--fail", "--user", "curl@example.test:x"]
    subprocess.run([*base, "-T", letter, f"imap://{host}:{port}/Drafts"], check=True, timeout=30)
    got = subprocess.run([*base, f"imap://{host}:{port}/Drafts;UID=1"], check=True, timeout=30, capture_output=True)
    assert got.stdout == MAIL


@pytest.mark.parametrize("state", ["idle", "silent", "reading"])
def test_the_end_is_said(state: str):
    """BYE to who idles, says nothing, or does not read; exit 0."""
    with sink() as running:
        client = Client(imap_of(running), "all")
        client.ask("SELECT INBOX")
        if state == "idle":
            client.idle()
        elif state == "reading":
            raw = b"x" * 3_000_000
            client.ask("APPEND INBOX {%d}" % len(raw), raw)
            client.send(b"r FETCH 1 BODY[]\r\n" * 20)
        assert running.stop() == 0
        if state != "reading":
            assert client.response().startswith(b"* BYE")
        client.close()


def test_numbers_outlive_whatever_happens(tmp_path: Path):
    """UIDs and UIDVALIDITY over a restart, kill -9 with sessions inside, retention and an import."""
    database, options = tmp_path / "mail.db", ("--max-messages", "12")

    def look(client: imaplib.IMAP4) -> tuple[int, dict[int, bytes]]:
        client.select("INBOX")
        validity = client.response("UIDVALIDITY")[1][0]
        _, found = client.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return int(validity), {
            int(each[0].split()[2]): each[1].split(b": ")[1].strip() for each in found if isinstance(each, tuple)
        }

    def opened(running: Sink) -> imaplib.IMAP4:
        client = imaplib.IMAP4(*imap_of(running), timeout=20)
        client.login("ann@x.test", "x")
        client.select("INBOX")
        return client

    def send(running: Sink, *subjects: bytes) -> None:
        with Wire(running.smtp) as wire:
            for subject in subjects:
                wire.send(b"Subject: " + subject + b"\r\n\r\n", to=["ann@x.test"])

    with sink(*options, database=database) as running:
        send(running, *[b"a%d" % number for number in range(6)])
        client = opened(running)
        client.store("2", "+FLAGS", "(\\Deleted)")
        client.expunge()
        validity, seen = look(client)
        assert sorted(seen) == [1, 3, 4, 5, 6]
        client.logout()
    with sink(*options, database=database) as running:  # stopped in order
        inside = opened(running)
        assert look(inside) == (validity, seen)
        send(running, b"b")
        running.process.kill()
        running.process.wait()
        inside.shutdown()
    with sink(*options, database=database) as running:  # killed
        client = opened(running)
        seen[7] = b"b"
        assert look(client) == (validity, seen)
        send(running, *[b"c%d" % number for number in range(8)])  # with these it is 14 of 12
        deadline = time.monotonic() + 10
        while len(client.search(None, "ALL")[1][0].split()) != 12:
            assert time.monotonic() < deadline
            client.noop()
        seen = {uid: subject for uid, subject in seen.items() if uid > 3} | {8 + n: b"c%d" % n for n in range(8)}
        assert look(client) == (validity, seen)
        mail = tmp_path / "one.eml"
        mail.write_bytes(b"To: ann@x.test\r\nSubject: d\r\n\r\n")
        words = [sys.executable, "-m", "mailcatch", "import", "--url", running.url, str(mail)]
        subprocess.run(words, check=True, capture_output=True, timeout=60)
        client.noop()
        again, after = look(client)
        assert again == validity
        assert {uid: subject for uid, subject in seen.items() if uid > 4}.items() <= after.items()
        client.logout()
