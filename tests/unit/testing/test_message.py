"""A caught mail, over the real API; links and codes as the API's contract has them."""

from __future__ import annotations

import pytest

from mailcatch.testing import MailCatch, Message, NoSuchPart
from mailcatch.testing.connection import Connection
from tests.support.scripted import codes, links, message
from tests.unit.testing.conftest import Send


def made(**more: object) -> Message:
    """Make a message of JSON; nobody is asked for more."""
    return Message(Connection("http://127.0.0.1:1"), message(**more))


def test_a_mail_as_tests_look_at_it(sink: MailCatch, send: Send) -> None:
    """Addresses, headers, text and bytes are what was sent."""
    send("Hello")
    mail = sink.wait_for(subject="Hello")
    assert (mail.subject, mail.from_, mail.to[0].name, mail.rcpt) == ("Hello", ("app@x.test",), "Bob", ("bob@x.test",))
    assert (mail.text.strip(), mail.html, mail.cc, mail.attachments) == ("Hi Bob.", None, (), ())
    assert mail.headers["subject"] == "Hello"
    assert mail.raw.endswith(b"\r\n\r\nHi Bob.\r\n")


def test_an_attachment_has_its_content(sink: MailCatch, send: Send) -> None:
    """It is decoded."""
    part = '--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n'
    body = f"{part}Content-Transfer-Encoding: base64\r\n\r\nYSxiCg==\r\n--b--"
    send("File", body=body, kind="multipart/mixed; boundary=b")
    found = sink.wait_for(subject="File").attachments[0]
    assert (found.filename, found.content_type, found.content) == ("a.csv", "text/csv", b"a,b\n")


def test_it_cannot_be_changed() -> None:
    """A test that assigns to it has a mistake."""
    with pytest.raises(AttributeError):
        made().subject = "x"  # type: ignore[misc]


def test_the_likeliest_action_link_needs_no_argument() -> None:
    """Several actions are ranked by the server."""
    assert made(links=links("https://x.test/a", "https://x.test/b")).link().url == "https://x.test/a"


def test_a_link_asked_for_must_be_the_only_one() -> None:
    """Several URLs are listed; the same one twice is one."""
    mail = made(links=links("https://x.test/a", "https://x.test/b", "https://x.test/b"))
    assert mail.link(url="/B").url == "https://x.test/b"
    with pytest.raises(NoSuchPart, match=r"(?s)3 links.*x.test/a.*x.test/b"):
        mail.link(url="x.test")
    with pytest.raises(NoSuchPart, match=r"(?s)no link with text='Reset'; it has:.*x.test/a"):
        mail.link(text="Reset")


def test_no_action_link_lists_the_others() -> None:
    """An unsubscribe link is not followed by mistake."""
    with pytest.raises(NoSuchPart, match=r"(?s)no link with action link.*\[unsubscribe\]"):
        made(links=links("https://x.test/u", kind="unsubscribe")).link()


def test_the_code_is_the_likeliest() -> None:
    """Others that are less likely do not matter, and what is unlikely is none."""
    assert made(codes=codes(c123456=0.9, c2026=0.6)).code() == "123456"
    with pytest.raises(NoSuchPart, match=r"(?s)no one-time code; the candidates:.*2026"):
        made(codes=codes(c2026=0.4)).code()
    with pytest.raises(NoSuchPart, match="2 codes that are equally likely"):
        made(codes=codes(c1111=0.9, c2222=0.9)).code()
