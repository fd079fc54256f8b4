"""The whole way: out by MX to a real Postfix, from there by MX back to us, and into a mail program."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator

import pytest

from mailcatch.dsn.read import read
from mailcatch.mime.hops import hops_of
from mailcatch.model import Envelope, Recipient
from mailcatch.relay.received import received_line
from mailcatch.testing import MailCatch
from tests.lab.dns import ScriptedDns
from tests.lab.driving import Journey
from tests.lab.handing import hand_over, letter
from tests.lab.mta import Mta, Script
from tests.lab.postfix import Postfix
from tests.lab.scenarios import UNKNOWN, US
from tests.support.http import Http
from tests.support.sink import Sink

SENDER = "app@home.test"
RECEIVED = re.compile(rb"Received: [^\r]*\r\n(?:[ \t][^\r]*\r\n)*")
DEAD_END, NEXT = "127.25.67.9", "127.25.67.8"


@pytest.fixture(scope="module")
def sink(dns: ScriptedDns) -> Iterator[Sink]:
    """Run the real mailcatch on port 25 of its address: the MX of mailcatch.test and home.test."""
    with Sink("--smtp", f"{US}:25") as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture
def client(sink: Sink) -> Iterator[MailCatch]:
    """Ask it what came."""
    with MailCatch(sink.url) as client:
        yield client


def raw_of(sink: Sink, id: str) -> bytes:
    """Give the bytes of a message."""
    with Http(sink.http) as http:
        return http.get(f"/v1/messages/{id}/raw").body


def relayed(sink: Sink, to: str, raw: bytes) -> Journey:
    """Hand a mail to mailcatch, and bring what it keeps to the next server under its own line."""
    id = hand_over((US, 25), SENDER, [to], raw)
    envelope = Envelope(SENDER, (Recipient(to),), helo="client.test", peer="127.0.0.1:2525", protocol="ESMTP")
    line = received_line(envelope, id=id, at=time.time_ns() // 1_000_000, by="us.mailcatch.test", recipients=[to])
    journey = Journey(SENDER, to.rpartition("@")[2], (to,), line + raw_of(sink, id))
    (result,) = journey.attempt().values()
    assert result.state == "sent", journey.text
    return journey


def fetched(sink: Sink, user: str) -> bytes:
    """Fetch the newest message of an account by IMAP."""
    program = imaplib.IMAP4(*sink.imap, timeout=20)
    try:
        program.login(user, "x")
        _, counted = program.select("INBOX")
        _, data = program.fetch(counted[0].decode(), "(BODY[])")
        return bytes(data[0][1])
    finally:
        program.logout()


def test_out_by_mx_and_back_and_fetched(sink: Sink, client: MailCatch, receiving: Postfix) -> None:
    """Postfix has an alias for a mail and sends it back by MX: what IMAP gives is what the app sent, byte for byte."""
    raw = letter("looped")
    relayed(sink, "team@post.test", raw)
    back = client.wait_for(to="back@mailcatch.test")
    content = fetched(sink, "back@mailcatch.test")
    assert content == raw_of(sink, back.id)
    assert content.endswith(raw)
    assert len(RECEIVED.findall(content.removesuffix(raw))) == 2  # ours and Postfix's
    assert [(hop.from_, hop.by) for hop in hops_of(content)] == [
        ("client.test", "us.mailcatch.test"),
        ("us.mailcatch.test", "receiver.test"),
    ]


def test_one_line_and_the_message(sink: Sink, dns: ScriptedDns) -> None:
    """The next server gets one `Received:` and the message, and nothing else."""
    dns.add(f"@ MX 10 mx\nmx A {NEXT}", "exact.test")
    raw = letter("exact")
    with Mta(NEXT, Script()) as mta:
        relayed(sink, "ann@exact.test", raw)
    (mail,) = mta.mails
    assert mail.raw.endswith(raw)
    assert RECEIVED.fullmatch(mail.raw.removesuffix(raw))


def test_a_real_bounce_comes_back_and_is_read(
    sink: Sink, client: MailCatch, receiving: Postfix, dns: ScriptedDns
) -> None:
    """Postfix takes a mail that it cannot deliver, and tells the sender, by MX: who it was, why, and which mail."""
    dns.add(f"@ MX 10 mx\nmx A {DEAD_END}", "dead.test")
    with Mta(DEAD_END, Script(rcpt={"nobody": UNKNOWN})):
        relayed(sink, "gone@post.test", letter("bounced"))
        bounce = client.wait_for(to=SENDER)
    returned = read(raw_of(sink, bounce.id))
    assert returned is not None
    (told,) = returned.report.recipients
    assert (told.address, told.action, told.status) == ("nobody@dead.test", "failed", "5.1.1")
    assert (told.original, returned.message_id) == ("gone@post.test", "<bounced@home.test>")
    assert "us.mailcatch.test" in str(returned.report.received_from) or returned.received_ids
