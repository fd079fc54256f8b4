"""What reading a mail gives."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

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


def test_all_plain_texts_are_read():
    """What stands after an attachment, or in a footer, is found too; an attached text is not the mail's."""
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
        b"--b\r\n\r\ntwo\r\n--b\r\nContent-Disposition: attachment\r\n\r\nthree\r\n--b--"
    )
    assert read(raw).plain == "one\ntwo"


def test_the_limit_is_for_all_texts_together():
    """A thousand parts are not a thousand times as much text."""
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (b"--b\r\n\r\n" + b"x" * 100_000 + b"\r\n") * 9
    assert len(read(raw).plain.replace("\n", "")) == TEXT_BYTES


def test_flowed_paragraphs_are_joined():
    """RFC 3676; only where the part says so."""
    field = b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n"
    assert read(field + b"pass \r\nword").plain == "password"
    assert read(field.replace(b"flowed", b"fixed") + b"pass \r\nword").plain == "pass \r\nword"


def test_the_snippet_shows_no_filling():
    """Invisible characters that senders push the text away with are left out."""
    assert read("\r\nHi\u200c\u00a0\u034f \ufeff\u00adBob".encode()).snippet == "Hi Bob"


def test_text_that_is_cut_in_a_character():
    """The limit of what is decoded does not make UTF-8 pass for something else."""
    assert read(b"\r\n" + "ü".encode() * TEXT_BYTES + b"x").plain == "ü" * (TEXT_BYTES // 2)
    assert read(b"\r\nx" + "ü".encode() * TEXT_BYTES).plain == "x" + "ü" * (TEXT_BYTES // 2 - 1)


BOMBS = {
    "many headers": b"A: b\r\n" * 100_000,
    "a long header": b"X: " + b"a" * 3_000_000,
    "folded lines": b"X: a\r\n " + b"b\r\n " * 60_000,
    "carriage returns": b"X: " + b"\r" * 250_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?x?= " * 18_000,
    "open encoded words": b"Subject: " + b"=?utf-8?q?" * 20_000,
    "blanks after a word": b"Subject: =?utf-8?q?x?=" + b" " * 200_000 + b"x",
    "comments": b"To: " + b"(" * 100_000,
    "quotes": b"To: " + b'"' * 99_999,
    "brackets": b"From: " + b"<" * 100_000,
    "blanks in a name": b"From: a" + b" " * 200_000 + b"b",
    "at signs": b"To: " + b"a@" * 100_000 + b" x",
    "recipients": b"To: " + b"a@b," * 50_000,
    "parameters": b"Content-Type: a/b" + b"; x=y" * 40_000,
    "continued parameters": b"Content-Type: a/b" + b"".join(b";n*%d=x" % n for n in range(25_000)),
    "a long line": b"\r\n" + b"a" * 3_000_000,
    "NUL": b"Subject: a\0b\r\n\r\n" + b"\0" * 300_000,
    "blanks in quoted-printable": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * 1_000_000 + b"x",
    "uuencoded nothing": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n" + b"M\r\n" * 300_000,
    "formatting": b"Content-Type: text/html\r\n\r\n<p>" + b"".join(b"<b a=%d>" % n for n in range(9_000)) + b"<p>x" * 40_000,
    "deep HTML": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
    "misnested HTML": b"Content-Type: text/html\r\n\r\n" + b"<i>" * 20_000 + b"</b>" * 40_000,
    "attributes": b"Content-Type: text/html\r\n\r\n<a " + b" ".join(b"x%d" % n for n in range(30_000)) + b">",
}  # fmt: skip


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS)
def test_crafted_mail_is_no_bomb(raw: bytes):
    """Linear on what is quadratic elsewhere: a generous bound, on the processor's clock."""
    started = time.process_time()
    read(raw)
    assert time.process_time() - started < 2


ENCODABLE = [b"+2AA-", b"=?utf-7?q?+2AA-?=", b"\xed\xa0\x80", b"&#xD800;", b"=?utf-16?b?2AA=?=", b"x*=utf-7''+2AA-"]


@pytest.mark.parametrize("piece", ENCODABLE)
def test_whatever_is_read_can_be_stored(piece: bytes):
    """No lone surrogate gets through: it could not be written as UTF-8."""
    raw = (
        b"From: %b <%b>\r\nSubject: %b\r\nMessage-ID: %b\r\nContent-Type: text/html; charset=utf-7; name=%b; %b\r\n"
        b"Content-ID: <%b>\r\nContent-Location: %b\r\nContent-Disposition: %b; filename=%b\r\n"
        b"Content-Transfer-Encoding: %b\r\n\r\n%b"
    ) % ((piece,) * 12)
    repr(read(raw)).encode()
    msgspec.json.encode(replace(read(raw), fields=None))


@given(st.lists(st.tuples(st.integers(0, len(RAW)), st.binary(max_size=5)), max_size=20))
def test_mutations_are_read(changes: list[tuple[int, bytes]]):
    """Whatever becomes of a mail, reading gives text that can be stored."""
    raw = bytearray(RAW)
    for place, octets in changes:
        raw[place : place + len(octets)] = octets
    msgspec.json.encode(replace(read(bytes(raw)), fields=None))


@given(st.binary(max_size=600))
def test_nothing_raises(raw: bytes):
    """Whatever the bytes are, there is a reading."""
    assert read(raw).root.offset <= len(raw)
