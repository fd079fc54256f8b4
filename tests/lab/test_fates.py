"""What an outcome does not tell: how often a server was asked, what it got, and who was left alone."""

from __future__ import annotations

import email
import hashlib
from collections import Counter
from contextlib import ExitStack

import pytest

from tests.lab.dns import ScriptedDns
from tests.lab.driving import Journey
from tests.lab.mta import Mail, Mta, Script
from tests.lab.postfix import Postfix
from tests.lab.scenarios import ASCII_ONLY, DOTS, PLAIN, UNKNOWN

HOST, SECOND, THIRD = "127.25.68.1", "127.25.68.2", "127.25.68.3"
FOUR = Script(rcpt={"bob": UNKNOWN, "cid": "452 4.2.2 Mailbox full", "dan": "551 5.1.6 Moved"})


def sent(dns: ScriptedDns, domain: str, *users: str, sender: str = "app@home.test", content: bytes = PLAIN) -> Journey:
    """Attempt once to bring a message to users of a domain, whose MX is HOST."""
    dns.add(f"@ MX 10 mx\nmx A {HOST}", domain.encode("idna").decode())
    journey = Journey(sender, domain, tuple([f"{user}@{domain}" for user in users]), content)
    journey.attempt()
    return journey


def test_three_equal_hosts_share_200_mails(dns: ScriptedDns) -> None:
    """Hosts of one preference each get their part (RFC 5321 §5.1)."""
    hosts = dict(zip("abc", (HOST, SECOND, THIRD), strict=True))
    dns.add("\n".join(f"@ MX 10 {name}\n{name} A {address}" for name, address in hosts.items()), "equal.test")
    with ExitStack() as stack:
        mtas = {name: stack.enter_context(Mta(address, Script())) for name, address in hosts.items()}
        for _ in range(200):
            Journey("app@home.test", "equal.test", ("ann@equal.test",), PLAIN).attempt()
        counts = Counter({name: len(mta.mails) for name, mta in mtas.items()})
    assert counts.total() == 200
    assert min(counts.values()) > 30  # of 67; less happens once in a thousand million runs


def test_one_transaction_for_all(dns: ScriptedDns) -> None:
    """Four recipients of one domain: one connection, one MAIL, one message for the one who is welcome."""
    with Mta(HOST, FOUR) as mta:
        journey = sent(dns, "four.test", "ann", "bob", "cid", "dan")
    assert [(len(talk.said("MAIL")), len(talk.said("RCPT"))) for talk in mta.talks] == [(1, 4)]
    assert [mail.recipients for mail in mta.mails] == [("ann@four.test",)]
    assert [result.code for result in journey.results.values()] == [250, 550, 452, 551]


def test_too_many_recipients_go_in_a_second_transaction(dns: ScriptedDns) -> None:
    """Those whom a server has no room for follow on the same connection (RFC 5321 §4.5.3.1.10)."""
    with Mta(HOST, Script(limit=2)) as mta:
        sent(dns, "many.test", *(f"user{number}" for number in range(5)))
    assert [len(mail.recipients) for mail in mta.mails] == [2, 2, 1]
    assert len(mta.talks) == 1


def test_a_message_over_size_is_not_announced(dns: ScriptedDns) -> None:
    """Too large for what the server says it takes: no MAIL (RFC 1870)."""
    with Mta(HOST, Script(extensions=("SIZE 50",))) as mta:
        sent(dns, "size.test", "ann")
    assert [talk.said("MAIL") for talk in mta.talks] == [[]]


def test_the_size_is_announced(dns: ScriptedDns) -> None:
    """Where SIZE is offered, MAIL says how many octets will come."""
    with Mta(HOST, Script(extensions=("SIZE 5000",))) as mta:
        sent(dns, "announced.test", "ann")
    (mail,) = mta.mails
    assert mail.parameters == f"SIZE={len(mail.raw)}"


def test_helo_where_ehlo_is_refused(dns: ScriptedDns) -> None:
    """A server of before 1993 gets HELO, and no parameters."""
    with Mta(HOST, Script(ehlo="502 5.5.2 What?")) as mta:
        sent(dns, "old.test", "ann")
    (mail,) = mta.mails
    assert (mail.helo, mail.parameters) == ("us.mailcatch.test", "")


def test_a_domain_that_is_not_ascii_needs_no_smtputf8(dns: ScriptedDns) -> None:
    """Its ASCII form is said to a server that knows no other."""
    with Mta(HOST, ASCII_ONLY) as mta:
        sent(dns, "müller.test", "ann")
    (mail,) = mta.mails
    assert mail.recipients == ("ann@xn--mller-kva.test",)
    assert "SMTPUTF8" not in mail.parameters


def test_the_bytes_are_those_of_the_message(dns: ScriptedDns) -> None:
    """Dots, 8-bit octets, blanks at line ends and very long lines come out as they went in."""
    content = PLAIN + b".\r\n..\r\n\t. \r\n\xe4\xff\r\n" + b"x" * 100_000 + b"\r\n\r\n\r\n"
    with Mta(HOST, Script()) as mta:
        journey = sent(dns, "exact.test", "ann", content=content)
    (mail,) = mta.mails
    assert hashlib.sha256(mail.raw).hexdigest() == hashlib.sha256(content).hexdigest()
    assert "BODY=8BITMIME" in mail.parameters
    assert journey.dots == 1


def test_bare_line_ends_make_no_second_message(receiving: Postfix, dns: ScriptedDns) -> None:
    """LF.LF, which this Postfix takes for an end, does not get there: one message, with all its lines."""
    domain = "postfix-dots-on-lines-of-their-own.test"
    dns.add("@ MX 10 p1\np1 A 127.25.1.1", domain)
    Journey("app@home.test", domain, (f"bob@{domain}",), DOTS).attempt()
    (mail,) = receiving.await_mails("bob", domain)
    assert mail.endswith(b"MAIL FROM:<evil@home.test>\n\n.\ntwo\n..\nend\n"), mail


@pytest.mark.parametrize("drop", ["data", "dot"])
def test_a_lost_reply_makes_no_second_copy_at_once(drop: str, dns: ScriptedDns) -> None:
    """The first server may have taken it: the second gets nothing now, and the retry is the same message."""
    dns.add(f"@ MX 10 a\n@ MX 20 b\na A {HOST}\nb A {SECOND}", f"lost-{drop}.test")
    journey = Journey("app@home.test", f"lost-{drop}.test", (f"ann@lost-{drop}.test",), PLAIN)
    copies: list[Mail] = []
    with Mta(SECOND, Script()) as second:
        with Mta(HOST, Script(drop=drop)) as first:
            (result,) = journey.attempt().values()
            copies += first.mails
        assert (result.state, result.uncertain, second.talks) == ("deferred", True, [])
        with Mta(HOST, Script()) as first:
            (result,) = journey.attempt().values()
            copies += first.mails
    assert (result.state, result.uncertain) == ("sent", False)
    assert len(copies) == (2 if drop == "dot" else 1)
    assert {email.message_from_bytes(mail.raw)["Message-ID"] for mail in copies} == {"<one@home.test>"}


def test_a_network_that_blocks_the_port_is_named(dns: ScriptedDns) -> None:
    """No host of the domain answers on port 25: that is no fault of theirs, and it is said so."""
    dns.add("@ MX 10 a\n@ MX 20 b\na A 198.51.100.7\nb A 198.51.100.8", "blocked-port.test")
    journey = Journey("app@home.test", "blocked-port.test", ("ann@blocked-port.test",), PLAIN)
    (result,) = journey.attempt().values()
    assert (result.enhanced, journey.attempts[-1].port_blocked) == ("4.4.1", True)
    assert "your network blocks port 25" in journey.attempts[-1].verdict


def test_a_failed_handshake_is_not_repeated_without_tls_at_once(dns: ScriptedDns) -> None:
    """Whoever disturbs it must do so twice: plain text is for the next attempt, and is told."""
    with Mta(HOST, Script(garbage=True)) as mta:
        journey = sent(dns, "garbage.test", "ann")
        assert mta.mails == []
        assert len(mta.talks) == 1
        journey.attempt()
        (mail,) = mta.mails
    assert not mail.protected
    assert "without TLS" in journey.text
