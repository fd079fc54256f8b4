"""Transfer encodings, tolerant and linear."""

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.transfer import base64_bytes, base64_size, decode_body, quoted_bytes


@given(st.binary(max_size=500))
def test_base64_round_trip(data: bytes):
    """What was encoded is decoded, and its size is known without decoding."""
    encoded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    assert base64_bytes(encoded) == data
    assert base64_size(encoded) == len(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_as_base64(data: bytes):
    """Garbage never raises, and the size is that of what comes out."""
    assert len(base64_bytes(data)) == base64_size(data)


@given(st.binary(max_size=300))
def test_quoted_printable_round_trip(data: bytes):
    """What was encoded is decoded."""
    assert quoted_bytes(quopri.encodestring(data, quotetabs=True)) == data


@pytest.mark.parametrize(
    ("given_", "expected"),
    [(b"a=\r\nb", b"ab"), (b"a=3D", b"a="), (b"a=zz", b"a=zz"), (b"a  \r\nb", b"a\r\nb"), (b"=", b"")],
)
def test_quoted_printable_tolerates(given_: bytes, expected: bytes):
    """Soft breaks go, blanks at the end of a line too, and what is no escape stays."""
    assert quoted_bytes(given_) == expected


def test_uuencode():
    """The old encoding of attachments is decoded as well."""
    assert decode_body(b"begin 644 a\r\n#86)C\r\n`\r\nend\r\n", "x-uuencode") == b"abc"


def test_an_unknown_encoding_is_identity():
    """What we do not know we do not touch."""
    assert decode_body(b"abc", "x-unknown") == b"abc"
