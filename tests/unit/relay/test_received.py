"""The line that a relayed message gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.headers import read_fields
from mailcatch.mime.hops import hops_of
from mailcatch.model import Envelope, Recipient
from mailcatch.relay.received import protocol_of, received_line

AT = 1_790_000_000_000  # Mon, 21 Sep 2026 14:13:20 UTC
ID = "01K5M2V0000000000000000000"


def envelope(**said) -> Envelope:
    """Return an envelope with what matters here."""
    return Envelope(**{"mail_from": "a@x.example", "rcpt_to": (Recipient("b@y.example"),), **said})


@pytest.mark.parametrize(
    ("said", "from_"),
    [
        ({"helo": "app.example", "peer": "192.0.2.7:5432"}, "app.example ([192.0.2.7])"),
        ({"helo": "app", "peer": "[2001:db8::1]:5432"}, "app ([IPv6:2001:db8::1])"),
        ({"helo": "[192.0.2.9]", "peer": "192.0.2.7:1"}, "[192.0.2.9] ([192.0.2.7])"),
        ({"helo": "bücher.example", "peer": "192.0.2.7:1"}, "xn--bcher-kva.example ([192.0.2.7])"),
        ({"helo": "my (odd) host", "peer": "192.0.2.7:1"}, "[192.0.2.7] (HELO my \\(odd\\) host [192.0.2.7])"),
        ({"helo": "x\r\nBcc: evil@x", "peer": None}, "unknown (HELO ?)"),
        ({"helo": None, "peer": "192.0.2.7:1"}, "[192.0.2.7] ([192.0.2.7])"),
        ({"helo": None, "peer": None}, "unknown"),
        ({"helo": "[nonsense]", "peer": "unknown"}, "unknown (HELO [nonsense])"),
    ],
)
def test_who_gave_it(said: dict[str, str], from_: str):
    """The name that was said, where it is one, and the address that TCP told (RFC 5321 §4.4)."""
    line = received_line(envelope(**said), id=ID, at=AT, by="mail.example")
    assert line.split(b"\r\n")[0].decode() == f"Received: from {from_}"


def test_the_whole_line():
    """Folded as RFC 5322 wants it, with id, recipient and time."""
    line = received_line(
        envelope(helo="app.example", peer="192.0.2.7:5432", tls="TLSv1.3", auth_user="u"),
        id=ID, at=AT, by="mail.example", recipients=["b@y.example"],
    )  # fmt: skip
    assert line == (
        b"Received: from app.example ([192.0.2.7])\r\n"
        b"\tby mail.example (mailcatch) with ESMTPSA id 01K5M2V0000000000000000000\r\n"
        b"\tfor <b@y.example>;\r\n"
        b"\tMon, 21 Sep 2026 14:13:20 +0000\r\n"
    )


def test_several_recipients_are_not_named():
    """No recipient learns of another (RFC 5321 §7.2)."""
    line = received_line(envelope(), id=ID, at=AT, by="mail.example", recipients=["b@y.example", "c@y.example"])
    assert b"for <" not in line


def test_a_recipient_outside_ascii_is_not_named():
    """The line goes to servers without SMTPUTF8 too."""
    assert b"for" not in received_line(envelope(), id=ID, at=AT, by="mail.example", recipients=["jürgen@y.example"])


@pytest.mark.parametrize(
    ("said", "protocol"),
    [
        ({}, "ESMTP"),
        ({"protocol": "SMTP"}, "SMTP"),
        ({"protocol": "HTTP"}, "HTTP"),
        ({"tls": "TLSv1.3"}, "ESMTPS"),
        ({"auth_user": ""}, "ESMTPA"),
        ({"mail_params": {"SMTPUTF8": ""}, "tls": "TLSv1.3", "auth_user": "u"}, "UTF8SMTPSA"),
    ],
)
def test_protocol(said, protocol: str):
    """The names are those of the registry (RFC 3848, RFC 6531 §4.3)."""
    assert protocol_of(envelope(**said)) == protocol


@given(st.text(max_size=60), st.text(max_size=40), st.text(max_size=60))
def test_whatever_a_client_says_it_is_one_field(helo: str, peer: str, recipient: str):
    """Nothing that a client says ends the field, or is more than ASCII; and the line is read back with its time."""
    line = received_line(envelope(helo=helo, peer=peer), id=ID, at=AT, by="mail.example", recipients=[recipient])
    block = read_fields(line + b"Subject: x\r\n\r\n", 0, len(line) + 14)
    assert [name for name, _ in block.fields.items] == [b"Received", b"Subject"]
    assert max(map(len, line.split(b"\r\n"))) <= 998
    (hop,) = hops_of(line + b"\r\n")
    assert (hop.at, hop.by) == (AT, "mail.example")
