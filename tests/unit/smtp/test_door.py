"""The SMTP door: who is inside, and the way out."""

import asyncio
import gc
import smtplib
import socket
from pathlib import Path

import pytest

from mailcatch.config import SmtpSection
from mailcatch.model import Listener
from tests.support.smtp import Running, running


def test_idle_clients_are_told_at_the_end(smtp: Running):
    """421 in the protocol's own words (G17)."""
    line = smtp.connect()
    smtp.stop()
    assert line.reply().startswith("421 4.3.2")
    assert line.reply() == ""


def test_a_running_data_may_finish(smtp: Running):
    """A mail that is being sent when the end comes is still stored."""
    line = smtp.connect()
    for command in ("MAIL FROM:<a@x>", "RCPT TO:<b@x>", "DATA"):
        line.ask(command)
    line.send(b"first half ")
    smtp.loop.call_soon_threadsafe(lambda: setattr(smtp.door, "stopping", True))
    assert line.ask("second half\r\n.").startswith("250 2.0.0")
    assert line.reply().startswith("421 4.3.2")
    assert smtp.store.messages().total == 1


def test_a_cap_for_each_client():
    """Where it is set, one address cannot take all places."""
    with running(SmtpSection(max_connections_per_client=1)) as opened:
        first = opened.connect()
        assert opened.connect(greeted=False).reply().startswith("421 4.7.0 too many connections from you")
        first.close()


def test_smtplib_sends(smtp: Running):
    """The standard library's client, SMTPUTF8 included."""
    with smtplib.SMTP(*smtp.address, local_hostname="client.test") as client:
        client.ehlo()
        assert (
            client.sendmail("ä@x.test", ["ü@x.test"], "Subject: ö\r\n\r\nß".encode(), ["SMTPUTF8", "BODY=8BITMIME"])
            == {}
        )
    assert smtp.store.messages().messages[0].rcpt_to == ("ü@x.test",)


def test_a_data_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    """It gets its grace and not more, and is told (G17); its session says what happened."""
    monkeypatch.setattr("mailcatch.smtp.door.GRACE", 0.1)
    with running() as opened:
        line = opened.connect()
        for command in ("MAIL FROM:<a@x>", "RCPT TO:<b@x>", "DATA"):
            line.ask(command)
        line.send(b"half")
        opened.stop()
        assert line.reply().startswith("421 4.3.2")
        assert opened.store.messages().total == 0
        (session,) = opened.ended_sessions(1)
        assert session.outcome == "mailcatch stopped in DATA"


def test_nobody_is_let_in_at_the_end(smtp: Running):
    """Whoever was accepted just before the listeners closed is told too."""
    smtp.door.stopping = True
    line = smtp.connect(greeted=False)
    assert line.reply().startswith("421 4.3.2")
    assert line.reply() == ""


def test_each_listener_is_served_and_said():
    """127.0.0.1 and ::1 are one door; the session knows through which socket its client came."""
    with running(host="localhost") as opened:
        for sock in opened.sockets:
            with socket.create_connection(sock.getsockname()[:2], 10) as client, client.makefile("rb") as stream:
                stream.readline()
                client.sendall(b"FOO\r\nQUIT\r\n")
                stream.read()
        names = {str(Listener(*sock.getsockname()[:2])) for sock in opened.sockets}
        assert {session.listener for session in opened.ended_sessions(len(names))} == names


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_clients_that_vanish_leave_nothing():
    """A thousand, in the middle of DATA and while their mail is stored: no descriptor or task, the next is served."""
    with running() as opened:
        opened.connect().close()
        before, tasks = descriptors(), len(asyncio.all_tasks(opened.loop))
        for number in range(1_000):
            line = opened.connect(greeted=False)
            line.send(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nhalf" + b"\r\n.\r\n" * (number % 2))
            line.close()
        line = opened.connect()
        for command in ("MAIL FROM:<a@x>", "RCPT TO:<next@x>", "DATA"):
            line.ask(command)
        assert line.ask("x\r\n.").startswith("250")
        assert len(asyncio.all_tasks(opened.loop)) <= tasks
        line.close()
        opened.stop()
        gc.collect()
        assert descriptors() <= before + 5


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
