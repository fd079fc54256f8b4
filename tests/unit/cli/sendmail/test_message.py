"""A message as programs give it to sendmail."""

import os
import time

import pytest

from mailcatch.cli.sendmail.codes import Failed
from mailcatch.cli.sendmail.message import Message, completed, date, mailbox, parse, up_to_dot

FIELDS = ("From: a\r\n", "Date: b\r\n", "Message-ID: <c>\r\n")


@pytest.mark.parametrize(
    ("data", "raw"),
    [
        (b"Subject: x\n\nhi\n", b"Subject: x\r\n\r\nhi\r\n"),
        (b"Subject: x\r\n\r\nhi\r\n", b"Subject: x\r\n\r\nhi\r\n"),
        (b"Subject: x\r\nTo: b\r\n\nmixed\nends\r\n", b"Subject: x\r\nTo: b\r\n\r\nmixed\r\nends\r\n"),
        (b"Subject: x\n\nno end", b"Subject: x\r\n\r\nno end\r\n"),
        (b"Subject: x", b"Subject: x\r\n\r\n"),
        (b"Subject: a\n b\n\tc\n\nhi\n", b"Subject: a\r\n b\r\n\tc\r\n\r\nhi\r\n"),
        (b"just text\nand more\n", b"\r\njust text\r\nand more\r\n"),
        (b"Subject: x\nnot a field\n\nhi\n", b"Subject: x\r\n\r\nnot a field\r\n\r\nhi\r\n"),
        (b"\nSubject: in the body\n", b"\r\nSubject: in the body\r\n"),
        (b"From a@x.test Mon Nov 23\nSubject: x\n\nhi\n", b"Subject: x\r\n\r\nhi\r\n"),
        (b"Subject: x\n\n\n\nhi\n\n", b"Subject: x\r\n\r\n\r\n\r\nhi\r\n\r\n"),
        (b"Subject: x\n\na\rb\n", b"Subject: x\r\n\r\na\rb\r\n"),
        (b"", b"\r\n"),
        (b"Subject : old\n\nhi\n", b"Subject : old\r\n\r\nhi\r\n"),
    ],
)
def test_line_ends_and_the_headers_end(data: bytes, raw: bytes):
    """Every line ends in CRLF, and an empty line parts header and body; bytes are otherwise kept."""
    assert parse(data).raw == raw


def test_fields_by_name():
    """Whatever their case, with their folds, in their order; and without them."""
    message = parse(b"to: a,\n b\nBCC: secret,\n\tmore\nTo: c\nX-Bcc: d\n\nbcc: in the body\n")
    assert message.values(b"to") == [b" a,\r\n b\r\n", b" c\r\n"]
    assert message.without(b"bcc").raw == b"to: a,\r\n b\r\nTo: c\r\nX-Bcc: d\r\n\r\nbcc: in the body\r\n"


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"a\n.\nb\n", b"a\n"),
        (b"a\r\n.\r\nb", b"a\r\n"),
        (b"a\n.", b"a\n"),
        (b"a\n..\n.b\n b.\n. \n", b"a\n..\n.b\n b.\n. \n"),
        (b".\na", b""),
    ],
)
def test_a_dot_alone_ends_it(data: bytes, kept: bytes):
    """And no other dot does."""
    assert up_to_dot(data) == kept


def test_what_is_missing_is_added():
    """From, Date, Message-ID, before the rest; what is there stays as it is."""
    message = completed(parse(b"Subject: x\n\nhi\n"), "app@x.test", "The App", now=0, unique="1.2")
    lines = message.raw.split(b"\r\n")
    assert lines[0] == b"From: The App <app@x.test>"
    assert lines[1].startswith(b"Date: ")
    assert lines[2:] == [b"Message-ID: <1.2@localhost>", b"Subject: x", b"", b"hi", b""]
    whole = Message(tuple(each.encode() for each in FIELDS), b"")
    assert completed(whole, "x", None, now=0, unique="1") == whole


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("a@x", None, "a@x"),
        ("a@x", 'Ann "A." Lee', '"Ann \\"A.\\" Lee" <a@x>'),
        ("", "Ann", "Ann <MAILER-DAEMON@localhost>"),
    ],
)
def test_a_mailbox(address: str, name: str | None, expected: str):
    """Quoted where RFC 5322 wants it."""
    assert mailbox(address, name) == expected


def test_no_header_can_be_smuggled_in():
    """A line end in -F or -f is refused."""
    with pytest.raises(Failed):
        mailbox("a@x", "Ann\r\nBcc: eve@x.test")


@pytest.mark.parametrize(("zone", "shown"), [("UTC0", "+0000"), ("XXX-5:30", "+0530"), ("XXX3:30", "-0330")])
def test_the_date(monkeypatch: pytest.MonkeyPatch, zone: str, shown: str):
    """In the local zone, in English, with its offset."""
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        text = date(1_795_000_000)
        assert text.endswith(shown)
        assert text.split(",")[0] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
        if zone == "UTC0":
            assert text == "Wed, 18 Nov 2026 11:06:40 +0000"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_large_message_is_linear():
    """A million short lines, half of them fields: it ends."""
    assert len(parse(b"a: b\n" * 500_000 + b"\n" + b"c\n" * 500_000).fields) == 500_000
