"""BODYSTRUCTURE."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.shape import shape_of

EMPTY = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)'


def structure(raw: bytes) -> bytes:
    """Cut the structure of a message."""
    return shape_of(raw)[1]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"\r\nhi\r\n", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)'),
        (
            b"Content-Type: TEXT/Html; Charset=\"utf-8\"; format=flowed\r\nContent-Transfer-Encoding: Base64\r\n"
            b"Content-ID: <1@x>\r\nContent-Description: a \"b\"\r\nContent-MD5: q==\r\nContent-Language: de, en\r\n"
            b"Content-Location: http://x/\r\n\r\nYQ==\r\n",
            b'("text" "html" ("Charset" "utf-8" "format" "flowed") "<1@x>" "a \\"b\\"" "base64" 6 1 "q==" NIL ("de" "en")'
            b' "http://x/")',
        ),
        (
            b"Content-Type: application/pdf; Name*0*=utf-8''a; x=1; name*1=\"b c.pdf\"; y*=''%20; z*1=c; w*1=b; w*0=a\r\n"
            b"Content-Disposition: Attachment; filename=\"x y.pdf\"; size=3\r\n\r\nabc",
            b'("application" "pdf" ("Name*" "utf-8\'\'ab%20c.pdf" "x" "1" "y*" "\'\'%20" "z*1" "c" "w" "ab")'
            b' NIL NIL "7bit" 3 NIL'
            b' ("attachment" ("filename" "x y.pdf" "size" "3")) NIL NIL)',
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--\r\n",
            b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL)'
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL)'
            b' "mixed" ("boundary" "x") NIL NIL NIL)',
        ),
        (
            b"Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing",
            b"(" + EMPTY + b' "mixed" ("boundary" "x") NIL NIL NIL)',
        ),
        (
            b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nhi\r\n",
            b'("message" "rfc822" NIL NIL NIL "7bit" 19 (NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL)'
            b' ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL)',
        ),
        (b"Content-Type: nonsense\r\n\r\nx", b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL)'),
    ],
    ids=["nothing said", "everything said", "parameters as written", "multipart", "no parts", "a message", "no type"],
)  # fmt: skip
def test_structures(raw: bytes, expected: bytes) -> None:
    """With their extension data, as written."""
    assert structure(raw) == expected


def test_a_message_that_is_not_looked_into_has_a_shape_all_the_same() -> None:
    """An encoded one has an envelope of nothing: the place of each field is fixed."""
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n"
    assert structure(raw).startswith(
        b'("message" "rfc822" NIL NIL NIL "base64" 6 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '
    )


@given(st.binary(max_size=400))
def test_nothing_raises(raw: bytes) -> None:
    """Whatever the bytes are."""
    assert structure(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + raw).startswith(b"(")


def test_bombs_take_no_time() -> None:
    """Ten thousand parts, and messages nested beyond the limit."""
    began = time.process_time()
    structure(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 10_000)
    structure(b"Content-Type: message/rfc822\r\n\r\n" * 2_000)
    assert time.process_time() - began < 3
