"""Transfer encodings, tolerant and linear."""

import base64
import quopri
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.transfer import base64_bytes, decode_body, decoded_size, quoted_bytes

ENCODINGS = ["base64", "quoted-printable", "x-uuencode", "7bit", "nonsense"]


def size(data: bytes, encoding: str) -> int:
    return decoded_size(b"before" + data + b"after", 6, 6 + len(data), encoding)


@given(st.binary(max_size=500))
def test_base64_round_trip(data: bytes):
    """What was encoded is decoded."""
    assert base64_bytes(base64.encodebytes(data).replace(b"\n", b"\r\n")) == data


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (b"aGVsbG8", b"hello"),
        (b"aGVsbG8=", b"hello"),
        (b"aGVs bG8=\r\n\r\n-- \r\nfooter", b"hello"),
        (b"a*GV-sbG8", b"hello"),
        (b"aGVsb", b"hel"),
        (b"aGVsb=", b"hel"),
        (b"a", b""),
        (b"=", b""),
        (b"", b""),
    ],
)
def test_base64_tolerates(given_: bytes, expected: bytes):
    """Junk between, padding that is missing, a letter too many; after the padding nothing counts."""
    assert base64_bytes(given_) == expected


@given(
    st.sampled_from(ENCODINGS),
    st.binary(max_size=300) | st.text(alphabet="aA9+/= \t\r\n=\x80M#", max_size=120).map(str.encode),
)
def test_the_size_is_that_of_what_comes_out(encoding: str, data: bytes):
    """Of any bytes in any encoding."""
    assert size(data, encoding) == len(decode_body(data, encoding))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "line", [b"QUJD" * 19 + b"\r\n", b"a=3D  \r\nb=\r\n", b"=\n", b"x" * 99_999, b"=\r", b"M" + b"a" * 60 + b"\n"]
)
def test_the_size_of_large_bodies(line: bytes, encoding: str):
    """They are taken in pieces, and none is cut where it matters."""
    data = line * (300_000 // len(line))
    assert size(data, encoding) == len(decode_body(data, encoding))


@given(st.binary(max_size=300).map(lambda data: data.replace(b"\r", b"")))
def test_quoted_printable_round_trip(data: bytes):
    """What was encoded is decoded; the encoder itself loses a line end where CRLF and LF are mixed."""
    assert quoted_bytes(quopri.encodestring(data, quotetabs=True)) == data


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (b"a=\r\nb", b"ab"),
        (b"a=\nb", b"ab"),
        (b"a=\rb\nc", b"ab\nc"),
        (b"a= \t\r\nb", b"ab"),
        (b"a=3D", b"a="),
        (b"a=3d", b"a="),
        (b"a=zz", b"a=zz"),
        (b"a  \r\nb\t\nc ", b"a\r\nb\nc"),
        (b"=", b""),
    ],
)
def test_quoted_printable_tolerates(given_: bytes, expected: bytes):
    """Soft breaks go, blanks at the end of a line too, and what is no escape stays."""
    assert quoted_bytes(given_) == expected


@pytest.mark.parametrize("piece", [b" ", b"\t ", b"a \t", b"=\r", b" \r", b"=", b" \n"])
def test_crafted_quoted_printable_is_linear(piece: bytes):
    """A megabyte of blanks is no bomb: a generous bound, on the processor's clock."""
    started = time.process_time()
    quoted_bytes(piece * (1_000_000 // len(piece)) + b"x")
    assert time.process_time() - started < 2


def test_uuencode():
    """The old encoding of attachments is decoded as well, its first file."""
    assert decode_body(b"text\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\nbegin 644 b\r\n", "x-uuencode") == b"abc"
    assert decode_body(b"begin 644 a\n#86)Cxx\n!broken\nend\n", "uuencode").startswith(b"abc")


def test_an_unknown_encoding_is_identity():
    """What we do not know we do not touch."""
    assert decode_body(b"abc", "x-unknown") == b"abc"
