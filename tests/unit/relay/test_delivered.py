"""Reports of success for mail that stays here."""

from __future__ import annotations

from typing import Any

import pytest

from mailcatch.dsn.read import read
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Message, Origin, Recipient
from mailcatch.relay.bounce import Bounce
from mailcatch.relay.delivered import asks, delivered

AT = 1_790_000_000_000
RAW = b"Subject: hi\r\nMessage-ID: <one@x.test>\r\n\r\nhi\r\n"
SUCCESS = {"NOTIFY": "SUCCESS,FAILURE", "ORCPT": "rfc822;list@x.test"}


def message(*recipients: Recipient, sender: str = "app@x.test", origin: Origin = "smtp", **said: Any) -> Message:
    envelope = Envelope(sender, recipients, **said)
    new = compose(Arrival(RAW, envelope, origin, AT))
    return Message(new.summary, origin, envelope, new.sha256, new.reading.root)


@pytest.mark.parametrize(
    ("recipient", "origin", "asked"),
    [
        (Recipient("bob@x.test", SUCCESS, "local"), "smtp", True),
        (Recipient("bob@x.test", {"NOTIFY": "FAILURE"}, "local"), "smtp", False),
        (Recipient("bob@x.test", {}, "local"), "smtp", False),
        (Recipient("bob@x.test", SUCCESS, "relay"), "smtp", False),
        (Recipient("bob@x.test", SUCCESS, "none"), "smtp", False),
        (Recipient("bob@x.test", SUCCESS), "smtp", False),
        (Recipient("bob@x.test", SUCCESS, "local"), "import", False),
    ],
)
def test_who_asks(recipient: Recipient, origin: Origin, asked: bool):
    """Local recipients of SMTP with NOTIFY=SUCCESS, nobody else."""
    assert bool(asks(message(recipient, origin=origin))) == asked


def test_the_report():
    """Who has it, under which name the sender knew them, about which message; the header only."""
    bob = Recipient("bob@x.test", SUCCESS, "local")
    mail = message(bob, helo="app.test", mail_params={"ENVID": "QQ+2B1", "RET": "FULL"})
    made = delivered(mail, RAW, (bob,), hostname="mail.test", id="D1")
    assert isinstance(made, Bounce)
    found = read(made.raw)
    assert found is not None
    (told,) = found.report.recipients
    assert (told.address, told.action, told.status, told.original) == (
        "bob@x.test",
        "delivered",
        "2.0.0",
        "list@x.test",
    )
    assert (found.report.envid, found.report.mta, found.message_id) == ("QQ+1", "mail.test", "<one@x.test>")
    assert b"text/rfc822-headers" in made.raw
    bad = message(bob, mail_params={"ENVID": "+"})
    assert delivered(bad, RAW, (bob,), hostname="mail.test", id="D1") is not None


def test_none_for_the_null_sender():
    """Nobody is there to be told."""
    bob = Recipient("bob@x.test", SUCCESS, "local")
    assert delivered(message(bob, sender=""), RAW, (bob,), hostname="mail.test", id="D1") is None
