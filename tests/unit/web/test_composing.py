"""mailcatch.web.composing: from JSON to bytes."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy

import pytest

from mailcatch.web.composing import compose
from mailcatch.web.problems import Problem
from mailcatch.web.shapes import Compose, NewAttachment, NewHeader

FILE = base64.b64encode(b"\0file").decode()


def test_a_plain_mail() -> None:
    """Lines end in CRLF, and it has Date and Message-ID."""
    raw, envelope = compose(Compose(from_="A <a@x.test>", to=["b@x.test, C <c@x.test>"], bcc=["d@x.test"], text="hi\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw)
    assert message["To"] == "b@x.test, C <c@x.test>"
    assert message["Date"]
    assert message["Message-ID"].endswith("@mailcatch.example>")
    assert message["Bcc"] is None
    assert envelope.mail_from == "a@x.test"
    assert [recipient.address for recipient in envelope.rcpt_to] == ["b@x.test", "c@x.test", "d@x.test"]


def test_html_with_an_inline_picture_and_a_file() -> None:
    """mixed(alternative(text, related(html, picture)), file)."""
    raw, _ = compose(
        Compose(
            text="t",
            html='<img src="cid:p">',
            attachments=[
                NewAttachment(FILE, "p.png", "image/png", "p"),
                NewAttachment(FILE, "ü.bin"),
                NewAttachment(FILE, "m.eml", "message/rfc822"),
            ],
        )
    )
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/octet-stream",
        "application/octet-stream",
    ]
    assert [part.get_filename() for part in message.walk() if part.get_filename()] == ["p.png", "ü.bin", "m.eml"]
    assert all(part.get_content() == b"\0file" for part in message.iter_attachments())  # type: ignore[attr-defined]


def test_html_alone() -> None:
    """No empty text stands before it."""
    raw, _ = compose(Compose(html="<p>ü</p>", attachments=[NewAttachment(FILE, "p", "image/png", "<p>")]))
    message = message_from_bytes(raw)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/related", "text/html", "image/png"]


def test_addresses_that_are_not_ascii() -> None:
    """Go out in UTF-8 (RFC 6532)."""
    raw, envelope = compose(Compose(from_="ü@x.test", to=["Ä <ä@x.test>"]))
    assert "ü@x.test".encode() in raw
    assert envelope.rcpt_to[0].address == "ä@x.test"


def test_the_envelope_can_differ() -> None:
    """It is what was given."""
    _, envelope = compose(Compose(from_="a@x.test", to=["b@x.test"], mail_from="", rcpt_to=["c@x.test", "c@x.test"]))
    assert (envelope.mail_from, [one.address for one in envelope.rcpt_to]) == ("", ["c@x.test"])


def test_headers_of_ones_own() -> None:
    """In the order given, over our own Date and Message-ID."""
    headers = [NewHeader("X-Run", "42"), NewHeader("Message-ID", "<mine@x>"), NewHeader("Date", "some day")]
    message = message_from_bytes(compose(Compose(headers=headers))[0])
    assert (message["X-Run"], message.get_all("Message-ID")) == ("42", ["<mine@x>"])


@pytest.mark.parametrize(
    "mail",
    [
        Compose(subject="a\nb"),
        Compose(to=["x\r\nBcc: y@x.test"]),
        Compose(headers=[NewHeader("Content-Type", "text/html")]),
        Compose(headers=[NewHeader("X", "a\r\nb: c")]),
        Compose(attachments=[NewAttachment("a")]),
        Compose(text="\ud800"),
        Compose(from_="nobody"),
        Compose(bcc=["nobody"]),
    ],
)
def test_what_no_mail_can_hold(mail: Compose) -> None:
    """Is refused with a sentence, whatever the email package thinks of it."""
    with pytest.raises(Problem) as caught:
        compose(mail)
    assert caught.value.kind == "bad-body"


@pytest.mark.parametrize(
    ("mail", "field"),
    [
        (Compose(from_="nobody"), "from"),
        (Compose(to=["a@x.test", "nobody"]), "to"),
        (Compose(cc=["nobody"]), "cc"),
        (Compose(bcc=["nobody"]), "bcc"),
        (Compose(reply_to=["nobody"]), "reply-to"),
        (Compose(subject="a\nb"), "subject"),
        (Compose(attachments=[NewAttachment("a")]), "attachments"),
    ],
)
def test_the_field_that_is_wrong_is_named(mail: Compose, field: str) -> None:
    """It comes first, so that a page can say it there."""
    with pytest.raises(Problem) as caught:
        compose(mail)
    assert str(caught.value.detail).partition(":")[0] == field
