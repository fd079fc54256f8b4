"""Header fields from raw bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.headers import (
    LONGEST_HEADER,
    addresses_of,
    date_of,
    decode_words,
    decoded,
    headers_in,
    parse_params,
    read_fields,
    unfolded,
)
from mailcatch.model import Address


def fields(raw: bytes) -> list[tuple[str, bytes]]:
    return list(read_fields(raw, 0, len(raw))[0].items)


def test_fields_keep_order_and_spelling():
    """Names stay as written, values raw, duplicates too."""
    assert fields(b"B: 1\r\na: 2\r\nB: 3\r\n\r\nbody") == [("B", b" 1"), ("a", b" 2"), ("B", b" 3")]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_folded_lines_belong_to_their_field(end: bytes):
    """A line that begins with white space goes on (RFC 5322 §2.2.3)."""
    raw = b"Subject: a" + end + b"\tb" + end + end + b"body"
    found, offset, problem = read_fields(raw, 0, len(raw))
    assert unfolded(found.get("subject") or b"") == "a\tb"
    assert (raw[offset:], problem) == (b"body", None)


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"no header at all", b"no header at all"),
        (b"A: 1\r\nbroken line\r\n\r\nx", b"broken line\r\n\r\nx"),
        (b"\r\nx", b"x"),
        (b"", b""),
    ],
)
def test_what_is_no_field_begins_the_body(raw: bytes, body: bytes):
    """A line without a name ends the header block, as every reader takes it."""
    assert raw[read_fields(raw, 0, len(raw))[1] :] == body


def test_an_mbox_line_is_passed_over():
    """A leading `From ` line, as pasted out of an mbox, hides nothing."""
    assert fields(b"From a@b Mon\r\nSubject: x\r\n\r\n") == [("Subject", b" x")]


def test_a_header_block_has_a_limit():
    """Past it the block is said to be too long, once."""
    raw = b"X-A: " + b"a" * LONGEST_HEADER + b"\r\n\r\nbody"
    assert "longer than" in (read_fields(raw, 0, len(raw))[2] or "")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Caf=C3=A9_au_lait?=", "Café au lait"),
        ("=?utf-8?B?w7w=?= =?utf-8?B?w7w=?=", "üü"),
        ("=?iso-8859-1?Q?=FC?= and text", "ü and text"),
        ("=?utf-8*en?q?x?=", "x"),
        ("=?nonsense?q?x=FF?=", "xÿ"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("plain", "plain"),
    ],
)
def test_encoded_words(raw: str, text: str):
    """RFC 2047, and what is none of it stays as it is."""
    assert decode_words(raw) == text


def test_eight_bit_headers_are_read():
    """Raw UTF-8 is UTF-8, else Latin-1."""
    assert decoded(" Grüße".encode()) == "Grüße"
    assert decoded(b" Gr\xfc\xdfe") == "Grüße"


@pytest.mark.parametrize(
    ("raw", "token", "params"),
    [
        (b' text/plain; charset="utf-8"', "text/plain", {"charset": "utf-8"}),
        (b" TEXT/HTML; Charset=x; charset=y", "text/html", {"charset": "x"}),
        (b" attachment; filename*=utf-8''na%C3%AFve.txt", "attachment", {"filename": "naïve.txt"}),
        (b" a/b; name*0*=utf-8''a%20; name*1=b", "a/b", {"name": "a b"}),
        (b' a/b; name="x\\"y"', "a/b", {"name": 'x"y'}),
        (b" ;;;", "", {}),
    ],
)
def test_parameters(raw: bytes, token: str, params: dict[str, str]):
    """RFC 2045 and RFC 2231, the first of two winning."""
    assert parse_params(raw) == (token, params)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a@b.test", [Address("", "a@b.test")]),
        (b"Bob <bob@x.test>", [Address("Bob", "bob@x.test")]),
        (b'"Smith, Bob" <bob@x.test>, eve@x.test', [Address("Smith, Bob", "bob@x.test"), Address("", "eve@x.test")]),
        (b"=?utf-8?q?J=C3=BCrg?= <j@x.test>", [Address("Jürg", "j@x.test")]),
        (
            b"friends: a@x.test, b@x.test; c@x.test",
            [Address("", "a@x.test"), Address("", "b@x.test"), Address("", "c@x.test")],
        ),
        (b"bob@x.test (Bob)", [Address("Bob", "bob@x.test")]),
        (b"undisclosed-recipients:;", []),
        (b"", []),
    ],
)
def test_addresses(raw: bytes, expected: list[Address]):
    """Names, groups and comments of RFC 5322 §3.4."""
    assert list(addresses_of([raw])) == expected


@pytest.mark.parametrize(
    ("raw", "ms"),
    [
        (b"Mon, 23 Nov 2026 10:00:00 +0100", 1_795_424_400_000),
        (b"23 Nov 2026 09:00:00 GMT", 1_795_424_400_000),
        (b"nonsense", None),
        (b"Mon, 99 Foo 99999 99:99:99", None),
        (None, None),
    ],
)
def test_dates(raw: bytes | None, ms: int | None):
    """A date that cannot be read is none."""
    assert date_of(raw) == ms


@given(st.binary(max_size=400))
def test_nothing_raises(data: bytes):
    """Whatever the bytes, there are fields, addresses, parameters and words."""
    found, offset, _ = read_fields(data, 0, len(data))
    headers_in(found)
    assert 0 <= offset <= len(data)
    for reader in (decoded, parse_params, date_of):
        reader(data)
    addresses_of([data])
