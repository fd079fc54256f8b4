"""The SMTP door: who is inside, and the way out."""

import gc
import smtplib
from pathlib import Path

import pytest

from mailcatch.config import SmtpSection
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


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_clients_that_vanish_leave_nothing():
    """A thousand, in the middle of DATA and while their mail is stored: no descriptor stays, the next is served."""
    with running() as opened:
        opened.connect().close()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for number in range(1_000):
            line = opened.connect(greeted=False)
            line.send(b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\nhalf" + b"\r\n.\r\n" * (number % 2))
            line.close()
        line = opened.connect()
        assert line.ask("NOOP").startswith("250")
        line.close()
        opened.stop()
        gc.collect()
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 5
