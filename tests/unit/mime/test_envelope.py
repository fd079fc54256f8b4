"""ENVELOPE from raw header bytes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.envelope import Mailbox, envelope_of, mailboxes_of, nstring, string
from mailcatch.mime.headers import read_fields


def envelope(header: bytes) -> bytes:
    """Cut the envelope of a header."""
    raw = header + b"\r\n\r\n"
    return envelope_of(read_fields(raw, 0, len(raw)).fields)


def test_a_plain_header() -> None:
    """Ten fields in their order; sender and reply-to are the author's if they are not there."""
    header = (
        b"Date: Mon, 2 Nov 2026 09:00 (noon?) +0000\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Ann Lee <ann@x.test>\r\n"
        b"To: bob@x.test\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>"
    )
    ann = b'(("Ann Lee" NIL "ann" "x.test"))'
    assert envelope(header) == (
        b'("Mon, 2 Nov 2026 09:00 (noon?) +0000" "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" ' + ann + b" " + ann + b" " + ann +
        b' ((NIL NIL "bob" "x.test")) NIL NIL "<0@x>" "<1@x>")'
    )  # fmt: skip


def test_no_header_is_all_nil() -> None:
    """Nothing is made up."""
    assert envelope(b"") == b"(" + b" ".join([b"NIL"] * 10) + b")"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"plain", b'"plain"'),
        (b'say "hi" \\o/', b'"say \\"hi\\" \\\\o/"'),
        ("ü".encode(), b"{2}\r\n\xc3\xbc"),
        (b"a\0b", b"{2}\r\nab"),
        (b"", b'""'),
        (b"x" * 2_000, b"{2000}\r\n" + b"x" * 2_000),
    ],
)
def test_strings(octets: bytes, expected: bytes) -> None:
    """Quoted where that is possible and short, else a literal; never a NUL."""
    assert string(octets) == expected


def test_a_folded_value_is_one_line() -> None:
    """Only the line ends go."""
    assert nstring(b" one\r\n two\r\n\tthree ") == b'"one two\tthree"'
    assert nstring(None) == b"NIL"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"a@b", [(None, None, b"a", b"b")]),
        (b"A B <a@b>", [(b"A B", None, b"a", b"b")]),
        (b'"Lee, \\"Ann\\"" <a@b>, c@d', [(b'Lee, "Ann"', None, b"a", b"b"), (None, None, b"c", b"d")]),
        (b"a@b (Ann (the first))", [(b"Ann (the first)", None, b"a", b"b")]),
        (b"<@r1,@r2:a@b>", [(None, b"@r1,@r2", b"a", b"b")]),
        (b'"a b"@c', [(None, None, b"a b", b"c")]),
        (b"a . b @ c", [(None, None, b"a.b", b"c")]),
        (b"Us: a@b, C <c@d>;", [
            (None, None, b"Us", None), (None, None, b"a", b"b"), (b"C", None, b"c", b"d"), (None, None, None, None)
        ]),
        (b"undisclosed-recipients:;", [(None, None, b"undisclosed-recipients", None), (None, None, None, None)]),
        (b"Us: a@b", [(None, None, b"Us", None), (None, None, b"a", b"b"), (None, None, None, None)]),
        (b", ,;", []),
        (b"", []),
    ],
)  # fmt: skip
def test_addresses(field: bytes, expected: list[tuple[bytes | None, ...]]) -> None:
    """As RFC 3501 §7.4.2 has them, groups with their marks."""
    assert list(mailboxes_of(field)) == [Mailbox(*each) for each in expected]


def test_an_empty_sender_is_the_author() -> None:
    """A field without an address counts as absent (RFC 3501 §7.4.2)."""
    assert envelope(b"From: a@b\r\nSender:\r\nReply-To: ,").count(b'((NIL NIL "a" "b"))') == 3


@given(st.binary(max_size=300))
def test_nothing_raises(header: bytes) -> None:
    """Whatever is there; and parentheses outside strings are balanced."""
    assert envelope(b"From: " + header + b"\r\nSubject: " + header).startswith(b"(")


@pytest.mark.parametrize("piece", [b"a@b, ", b"(", b'"', b"<", b"x:", b"\\", b"a:b;", b"@"])
def test_no_field_takes_long(piece: bytes) -> None:
    """Linear in its length: 250 kB of the worst."""
    began = time.process_time()
    envelope(b"To: " + piece * (250_000 // len(piece)))
    assert time.process_time() - began < 2
