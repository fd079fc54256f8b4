"""What reading a mail gives."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.parts import PARSER
from mailcatch.mime.reading import SNIPPET, TEXT_BYTES, opaque, read, snippet_of
from mailcatch.model import Address

RAW = (
    b"From: App <app@x.test>\r\nTo: a@x.test\r\nTo: b@x.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nHello\r\n  Bob\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>Hi</b>\r\n"
    b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--b--\r\n"
)


def test_the_summary_is_read():
    """Subject, people, date and id of the header."""
    reading = read(RAW)
    assert (reading.subject, reading.message_id, reading.date) == ("Grüße", "<1@x>", 1_795_424_400_000)
    assert reading.from_ == (Address("App", "app@x.test"),)
    assert [address.address for address in reading.to] == ["a@x.test", "b@x.test"]


def test_texts_snippet_and_attachments():
    """The plain text first; the snippet is one line of it."""
    reading = read(RAW)
    assert (reading.plain, reading.html_text, reading.snippet) == ("Hello\r\n  Bob", "Hi", "Hello Bob")
    assert (reading.attachment_count, reading.parse_error, reading.parser) == (1, None, PARSER)


def test_the_snippet_of_html_alone():
    """Without plain text the HTML gives it."""
    assert read(b"Content-Type: text/html\r\n\r\n<p>only</p>").snippet == "only"


def test_only_the_beginning_of_a_text_is_decoded():
    """A long text is read up to its limit."""
    assert len(read(b"\r\n" + b"x" * (TEXT_BYTES * 2)).plain) == TEXT_BYTES


def test_snippets_are_short():
    """White space is one blank, and the end is cut."""
    assert snippet_of(" a\r\n\tb ") == "a b"
    assert len(snippet_of("x" * 1000)) == SNIPPET


def test_opaque_keeps_the_size():
    """What could not be read is one part with the reason."""
    reading = opaque(b"abc", "why")
    assert (reading.root.length, reading.parse_error) == (3, "why")


@pytest.mark.parametrize(
    "raw",
    [b"A: b\r\n" * 40_000, b"Subject: " + b"=?utf-8?q?x?= " * 20_000, b"To: " + b"(" * 100_000, b"To: " + b'"' * 99_999,
     b"Content-Type: a/b" + b"; x=y" * 40_000, b"To: " + b"a@b," * 50_000, b"\r\n" + b"a" * 3_000_000, b"From: " + b"<" * 100_000],
    ids=["many headers", "encoded words", "comments", "quotes", "parameters", "recipients", "a long line", "brackets"],
)  # fmt: skip
def test_crafted_mail_is_no_bomb(raw: bytes):
    """Linear on what is quadratic elsewhere: a generous bound, on the processor's clock."""
    started = time.process_time()
    read(raw)
    assert time.process_time() - started < 2


@given(st.binary(max_size=600))
def test_nothing_raises(raw: bytes):
    """Whatever the bytes are, there is a reading."""
    assert read(raw).root.offset <= len(raw)
