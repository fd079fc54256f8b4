"""Header fields from raw bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.headers import LONGEST_HEADER, decode_words, decoded, headers_in, read_fields, unfolded


def fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    return read_fields(raw, 0, len(raw)).fields.items


def test_fields_keep_order_and_spelling():
    """Names stay as written, values raw, duplicates too."""
    assert fields(b"B: 1\r\na: 2\r\nB: 3\r\n\r\nbody") == [(b"B", b" 1"), (b"a", b" 2"), (b"B", b" 3")]


def test_fields_are_found_by_name():
    """In lower case; the first one, or all."""
    found = read_fields(b"To: 1\r\nTO: 2\r\n", 0, 14).fields
    assert (found.get(b"to"), found.all(b"to")) == (b" 1", [b" 1", b" 2"])
    assert (found.get(b"cc"), found.all(b"cc")) == (None, [])


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_folded_lines_belong_to_their_field(end: bytes):
    """A line that begins with white space goes on (RFC 5322 §2.2.3), whatever ends the lines."""
    raw = b"Subject: a" + end + b"\tb" + end + b"To: c" + end + end + b"body"
    found, offset, problem = read_fields(raw, 0, len(raw))
    assert unfolded(found.get(b"subject") or b"") == "a\tb"
    assert found.get(b"to") == b" c"
    assert (raw[offset:], problem) == (b"body", None)


def test_line_ends_may_be_mixed():
    """Each line has its own."""
    assert fields(b"A: 1\nB: 2\r\nC: 3\rD: 4") == [(b"A", b" 1"), (b"B", b" 2"), (b"C", b" 3"), (b"D", b" 4")]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"no header at all", b"no header at all"),
        (b"A: 1\r\nbroken line\r\n\r\nx", b"broken line\r\n\r\nx"),
        (b"\r\nx", b"x"),
        (b"", b""),
        (b"Fromage\r\n", b"Fromage\r\n"),
    ],
)
def test_what_is_no_field_begins_the_body(raw: bytes, body: bytes):
    """A line without a name ends the header block, as every reader takes it."""
    assert raw[read_fields(raw, 0, len(raw)).end :] == body


@pytest.mark.parametrize("junk", [b"From a@b Mon\r\n", b" continued from nothing\r\n", b": no name\r\n"])
def test_leading_junk_hides_nothing(junk: bytes):
    """A `From ` line, as pasted out of an mbox, or a line that goes on where nothing began."""
    assert fields(junk + b"Subject: x\r\n\r\n") == [(b"Subject", b" x")]


@pytest.mark.parametrize("raw", [b" indented text\r\n\r\nmore", b"From here on\r\n\r\nmore", b": \r\n"])
def test_junk_before_no_field_is_body(raw: bytes):
    """A text without header is not cut."""
    assert raw[read_fields(raw, 0, len(raw)).end :] == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"X-A: " + b"a" * LONGEST_HEADER + b"\r\n\r\nbody",
        b"A: b\r\n" * LONGEST_HEADER,
        b"A: b\r\n c" + b"\r\n c" * LONGEST_HEADER,
    ],
)
def test_a_header_block_has_a_limit(raw: bytes):
    """Past it the block is said to be too long, whether by one field or by many."""
    assert "longer than 256 KiB" in (read_fields(raw, 0, len(raw)).problem or "")


def test_a_header_without_body_has_no_problem():
    """It may be as long as the limit when nothing follows."""
    raw = b"X-A: " + b"a" * (LONGEST_HEADER - 7) + b"\r\n"
    assert read_fields(raw, 0, len(raw)).problem is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Caf=C3=A9_au_lait?=", "Café au lait"),
        ("=?utf-8?B?w7w=?= =?utf-8?B?w7w=?=", "üü"),
        ("=?utf-8?B?w7w=?==?utf-8?B?w7w=?=", "üü"),
        ("=?utf-8?B?4p8=?= =?UTF-8?B?4g==?=", "\ufffd\ufffd"),
        ("=?utf-8?B?w7w=?= =?iso-8859-1?q?=FC?= x", "üü x"),
        ("=?iso-8859-1?Q?=FC?= and text", "ü and text"),
        ("a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
        ("=?utf-8*en?q?x?=", "x"),
        ("=?utf-8?q?are_you_ok??=", "are you ok?"),
        ("=?utf-8?q??=", ""),
        ("=?nonsense?q?x=FF?=", "xÿ"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?x?y?=", "=?utf-8?x?y?="),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),
        ("plain", "plain"),
    ],
)
def test_encoded_words(raw: str, text: str):
    """RFC 2047, and what is none of it stays as it is."""
    assert decode_words(raw) == text


def test_a_character_cut_in_two_words_is_whole():
    """Senders cut by octets; words of one character set that follow each other are decoded together."""
    assert decode_words("=?utf-8?q?na=C3?=\t=?UTF-8?B?r3Zl?=") == "naïve"


def test_eight_bit_headers_are_read():
    """Raw UTF-8 is UTF-8, else Western."""
    assert decoded(" Grüße".encode()) == "Grüße"
    assert decoded(b" Gr\xfc\xdfe \x80") == "Grüße €"
    assert decoded(None) == ""


def test_headers_for_showing():
    """Name as written, value decoded, and the raw value beside it."""
    (shown,) = headers_in(read_fields(b"SUBJECT: =?utf-8?q?=C3=BC?=\r\n x\r\n", 0, 35).fields)
    assert (shown.name, shown.value, shown.raw) == ("SUBJECT", "ü x", " =?utf-8?q?=C3=BC?=\r\n x")


@given(st.binary(max_size=400))
def test_nothing_raises(data: bytes):
    """Whatever the bytes, there are fields and words, and their text can be encoded."""
    found, offset, _ = read_fields(data, 0, len(data))
    for header in headers_in(found):
        header.value.encode()
    decoded(data).encode()
    assert 0 <= offset <= len(data)
