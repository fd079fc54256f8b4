"""A disk of two megabytes: nothing is acknowledged that is not stored, and deleting makes room again (G6)."""

import imaplib
import smtplib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.http import Http
from tests.support.needs import missing, root
from tests.support.sink import Sink, sink
from tests.support.wire import Refused, Wire

LETTER = b"Subject: full\r\n\r\n" + b"0123456789abcdef\r\n" * 100


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 2 MB."""
    root()
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        missing(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def pour(running: Sink, letter: bytes = LETTER, attempts: int = 400) -> tuple[list[str], set[bytes]]:
    """Send until ten mails in a row were refused; return the ids acknowledged and the refusals' codes."""
    ids: list[str] = []
    refusals: list[bytes] = []
    in_a_row = 0
    while in_a_row < 10 and attempts:
        attempts -= 1
        try:
            with Wire(running.smtp) as wire:
                while attempts:
                    attempts -= 1
                    ids.append(wire.send(letter))
                    in_a_row = 0
        except Refused as refusal:
            in_a_row += 1
            refusals.append(str(refusal).partition("got ")[2][2:11].encode())
    return ids, set(refusals)


def stored(http: Http) -> list[str]:
    return [message["id"] for message in http.get("/v1/messages?limit=1000&order=asc").json()["messages"]]


def test_a_full_disk(small_disk: Path):
    """Only 250, 452 or 451; as many stored as acknowledged; reading and deleting work; then mail is taken again."""
    with sink("--max-messages", "none", database=small_disk / "mail.db") as running, Http(running.http) as http:
        ids, refusals = pour(running)
        assert len(ids) > 10
        assert refusals
        assert {code[:3] for code in refusals} <= {b"452", b"451"}
        assert stored(http) == ids
        assert http.get("/readyz").status in {200, 503}
        assert [http.get(f"/v1/messages/{id}/raw").body for id in (ids[0], ids[-1])] == [LETTER, LETTER]

        assert delete(running, *ids[: len(ids) // 2]) == 200
        assert stored(http) == ids[len(ids) // 2 :]
        again = resumed(running)
        assert stored(http) == [*ids[len(ids) // 2 :], again]
        assert "Traceback" not in running.log
    with sink(database=small_disk / "mail.db") as running, Http(running.http) as http:
        assert stored(http) == [*ids[len(ids) // 2 :], again]


def test_a_disk_that_another_program_fills(small_disk: Path):
    """Not one byte is left: refused, readable, deletable; when the other one's file goes, mail is taken again."""
    filler = small_disk / "filler"
    with sink("--max-messages", "none", database=small_disk / "mail.db") as running, Http(running.http) as http:
        with Wire(running.smtp) as wire:
            ids = [wire.send(LETTER) for _ in range(10)]
        fill(filler)
        more, refusals = pour(running, attempts=20)
        assert {code[:3] for code in refusals} <= {b"452", b"451"}
        assert stored(http) == [*ids, *more]
        assert http.get("/readyz").status == 503
        assert delete(running, *ids[:5]) == 200
        assert stored(http) == [*ids[5:], *more]
        filler.unlink()
        again = resumed(running)
        assert stored(http) == [*ids[5:], *more, again]


def resumed(running: Sink) -> str:
    """Send until mail is taken again, which must be within a second; return its id."""
    deadline = time.monotonic() + 1.0
    while True:
        try:
            with Wire(running.smtp) as wire:
                return wire.send(LETTER)
        except Refused:
            if time.monotonic() > deadline:
                raise


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def delete(running: Sink, *ids: str) -> int:
    import http.client

    connection = http.client.HTTPConnection(*running.http, timeout=20)
    connection.request("DELETE", "/v1/messages?" + "&".join(f"id={id}" for id in ids))
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_large_mail_is_refused_before_it_is_sent(small_disk: Path):
    """SIZE says that there is no room: 452 at MAIL or DATA, and small mail is still taken."""
    with sink(database=small_disk / "mail.db") as running:
        with smtplib.SMTP(*running.smtp, local_hostname="localhost") as smtp:
            with pytest.raises(smtplib.SMTPResponseException) as raised:
                smtp.sendmail("a@x.test", ["b@x.test"], b"Subject: x\r\n\r\n" + b"x" * 1_500_000)
            assert raised.value.smtp_code in {451, 452}
        with Wire(running.smtp) as wire:
            wire.send(LETTER)


def test_a_client_that_appends_to_a_full_disk(small_disk: Path):
    """APPEND answers NO in words and the session goes on; what was answered OK is there, also after a restart."""
    with sink("--max-messages", "none", database=small_disk / "mail.db") as running:
        with imaplib.IMAP4(*running.imap, timeout=20) as client:
            client.login("ann@x.test", "x")
            taken, refused = appended(client)
            assert len(taken) > 10
            assert refused
            assert {word.split()[0] for word in refused} <= {b"[OVERQUOTA]", b"[LIMIT]", b"[UNAVAILABLE]"}, refused
            assert subjects(client) == taken
            assert client.copy("1", "Sent")[0] in {"OK", "NO"}
            client.store(f"1:{len(taken) // 2}", "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()
            left = taken[len(taken) // 2 :]
            assert subjects(client) == left
        assert "Traceback" not in running.log
    with sink(database=small_disk / "mail.db") as running, imaplib.IMAP4(*running.imap, timeout=20) as client:
        client.login("ann@x.test", "x")
        assert subjects(client) == left


def appended(client: imaplib.IMAP4) -> tuple[list[bytes], list[bytes]]:
    """Append until ten mails in a row were refused; give the subjects of those taken, and the refusals."""
    taken: list[bytes] = []
    refused: list[bytes] = []
    for number in range(400):
        subject = b"number %d" % number
        kind, (word, *_) = client.append("Drafts", "", "", LETTER.replace(b"full", subject) + LETTER * 7)
        if kind == "OK":
            taken.append(subject)
        else:
            refused.append(word)
            if len(refused) == 10:
                break
    return taken, refused


def subjects(client: imaplib.IMAP4) -> list[bytes]:
    """Give the subjects of all drafts."""
    client.select("Drafts")
    _, found = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return [each[1].removeprefix(b"Subject: ").strip() for each in found if isinstance(each, tuple)]
