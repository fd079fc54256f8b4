"""Recipients and notifications at the SMTP door, over a real socket: what is refused, and what is kept of the others."""

from __future__ import annotations

import smtplib
import time

from mailcatch.config import RecipientsSection
from mailcatch.inbox.expecting import Expectation, Progress
from mailcatch.inbox.explaining import explain
from mailcatch.model import Recipient
from mailcatch.recipients import Placed, Recipients
from mailcatch.search.grammar import parse
from tests.support.smtp import Running, running

USERS = RecipientsSection("bob@shop.example,ann@shop.example")


def allowed(sender: str, address: str) -> Placed:
    """Relay what goes to one domain."""
    go = address.endswith("@go.example")
    return Placed("relay", "allow @go.example") if go else Placed("blocked", "no rule allows it")


def send(door: Running, *recipients: str, mail: str = "FROM:<a@x.example>") -> list[str]:
    """Send one mail; give the replies to its recipients."""
    line = door.connect()
    line.ask(f"MAIL {mail}")
    replies = [line.ask(f"RCPT TO:{each}") for each in recipients]
    if line.ask("DATA").startswith("354"):
        line.ask("Subject: s\r\n\r\nhi\r\n.")
    line.ask("QUIT")
    line.close()
    return replies


def test_users_and_domains_at_the_door():
    """The dialogue of RFC 5321 D.3, in which one user is unknown; the mail goes to those that were taken."""
    with running(recipients=Recipients(USERS)) as door:
        replies = send(door, "<bob@shop.example>", "<joe@shop.example>", "<ann+x@SHOP.example>", "<eve@far.example>")
        (summary,) = door.store.messages().messages
        envelope = door.store.message(summary.id).envelope
    assert replies == [
        "250 2.1.5 OK",
        "550 5.1.1 <joe@shop.example>: no such user here (--users)",
        "250 2.1.5 OK",
        "550 5.7.1 <eve@far.example>: far.example is no local domain here, and relay is off",
    ]
    assert envelope.rcpt_to == (
        Recipient("bob@shop.example", {}, "local", "local domain shop.example"),
        Recipient("ann+x@SHOP.example", {}, "local", "local domain shop.example"),
    )


def test_the_session_and_an_explanation_show_the_reason():
    """A mail that nobody took leaves no message, only its session; an assertion names the refusal."""
    with running(recipients=Recipients(USERS)) as door:
        send(door, "<joe@shop.example>")
        (session,) = door.ended_sessions(1)
        kept, ids = door.store.session(session.id)
        expectation = Expectation(parse("rcpt:joe@shop.example", now=0), within=0.0)
        found = explain(door.store, Progress(expectation, time.monotonic()), ["127.0.0.1:1025"])
    assert ids == () and kept.rejected == 2  # RCPT, and DATA after it
    assert "550 5.1.1 <joe@shop.example>: no such user here (--users)" in [each.line for each in kept.transcript or ()]
    first = found.smtp.rejected[0]
    assert (first.code, first.enhanced, first.verb) == (550, "5.1.1", "RCPT")
    assert "550 5.1.1 <joe@shop.example>: no such user here (--users) (RCPT, from 127.0.0.1" in found.text


def test_relay_takes_what_its_policy_allows():
    """Route and rule are kept; local domains are never relayed."""
    with running(recipients=Recipients(USERS, allowed)) as door:
        replies = send(door, "<bob@shop.example>", "<eve@go.example>", "<eve@far.example>")
        (summary,) = door.store.messages().messages
        routes = [(each.route, each.rule) for each in door.store.message(summary.id).envelope.rcpt_to]
    assert [reply[:9] for reply in replies] == ["250 2.1.5", "250 2.1.5", "550 5.7.1"]
    assert replies[2].endswith("and no rule allows it")
    assert routes == [("local", "local domain shop.example"), ("relay", "allow @go.example")]


def test_dsn_is_offered_parsed_and_kept():
    """RFC 3461 §10.1: as the client wrote them, for that is how they go on."""
    with running(offers_dsn=True) as door:
        line = door.connect(greeted=False)
        line.reply()
        assert "250-DSN" in line.ask("EHLO client.test").splitlines()
        assert line.ask("MAIL FROM:<a@x.example> RET=HDRS ENVID=QQ314159").startswith("250 2.1.0")
        asked = [
            "<bob@shop.example> NOTIFY=SUCCESS ORCPT=rfc822;Bob@shop.example",
            "<eve@far.example> NOTIFY=FAILURE,DELAY",
            "<joe@far.example> NOTIFY=NEVER",
        ]
        assert [line.ask(f"RCPT TO:{each}") for each in asked] == ["250 2.1.5 OK"] * 3
        assert line.ask("RCPT TO:<x@far.example> NOTIFY=MAYBE").startswith("501 5.5.4 NOTIFY is ")
        line.ask("DATA")
        line.ask("Subject: s\r\n\r\nhi\r\n.")
        line.close()
        (summary,) = door.store.messages().messages
        envelope = door.store.message(summary.id).envelope
    assert envelope.mail_params == {"RET": "HDRS", "ENVID": "QQ314159"}
    assert [dict(each.params) for each in envelope.rcpt_to] == [
        {"NOTIFY": "SUCCESS", "ORCPT": "rfc822;Bob@shop.example"},
        {"NOTIFY": "FAILURE,DELAY"},
        {"NOTIFY": "NEVER"},
    ]


def test_smtplib_asks_for_reports():
    """Other people's client: it finds DSN among what is offered, and its options are kept."""
    with (
        running(offers_dsn=True) as door,
        smtplib.SMTP(*door.address, local_hostname="client.test", timeout=10) as client,
    ):
        client.ehlo()
        assert client.has_extn("dsn")
        asked = {"mail_options": ["RET=FULL", "ENVID=a+2Bb"], "rcpt_options": ["NOTIFY=SUCCESS,FAILURE"]}
        client.sendmail("a@x.example", ["bob@shop.example"], "Subject: s\r\n\r\nhi\r\n", **asked)
        (summary,) = door.store.messages().messages
        envelope = door.store.message(summary.id).envelope
        assert {name: envelope.mail_params[name] for name in ("RET", "ENVID")} == {"RET": "FULL", "ENVID": "a+2Bb"}
        assert dict(envelope.rcpt_to[0].params) == {"NOTIFY": "SUCCESS,FAILURE"}


def test_dsn_is_not_offered_without_relay():
    """Whoever offers it promises reports; its parameters are unknown then."""
    with running() as door:
        line = door.connect(greeted=False)
        line.reply()
        assert "DSN" not in line.ask("EHLO client.test")
        assert line.ask("MAIL FROM:<a@x.example> RET=HDRS").startswith("555 5.5.4 ")
        line.close()
