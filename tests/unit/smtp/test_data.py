"""The content that follows DATA."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.smtp.data import DataReader


def read(stream: bytes, size: int, limit: int = 1 << 20) -> tuple[bytes | None, bytes | None, DataReader]:
    """Feed a stream in pieces of `size`; return the content, what follows it, and the reader."""
    reader = DataReader(limit)
    for start in range(0, len(stream), size):
        rest = reader.feed(stream[start : start + size])
        if rest is not None:
            return reader.content(), rest + stream[start + size :], reader
    return None, None, reader


@pytest.mark.parametrize(
    ("stream", "content"),
    [
        (b"a\r\n.\r\n", b"a\r\n"),
        (b".\r\n", b""),
        (b"..\r\n.\r\n", b".\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"a\r\n..b\r\n.c\r\n.\r\n", b"a\r\n.b\r\nc\r\n"),
        (b"a\n.\n\r\n.\r\n", b"a\n.\n\r\n"),
        (b"a\r.\r\r\n.\r\n", b"a\r.\r\r\n"),
        (b"\x00\xff\r\n.\r\n", b"\x00\xff\r\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 1000])
def test_content_is_what_the_client_meant(stream: bytes, content: bytes, size: int):
    """However it is cut into packets: dots unstuffed, the rest byte for byte (RFC 5321 §4.5.2)."""
    found, rest, _ = read(stream + b"QUIT\r\n", size)
    assert (found, rest) == (content, b"QUIT\r\n")


@pytest.mark.parametrize(
    "ending",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n\n.\n\n", b"\r\n\x00.\r\n", b"\r\n.\x00\r\n",
     b"\r\r\n.\r\r\n", b"\n.\r", b"\r.\n"],
)  # fmt: skip
def test_only_crlf_dot_crlf_ends_it(ending: bytes):
    """Twelve endings that some server takes for the end smuggle nothing in here."""
    stream = b"a" + ending + b"MAIL FROM:<evil@x>\r\n"
    assert read(stream, 1000)[0] is None
    content, _, _ = read(stream + b"\r\n.\r\n", 3)
    assert content is not None
    assert b"MAIL FROM:<evil@x>" in content


@given(st.binary(max_size=200), st.integers(1, 9))
def test_any_bytes_come_through(content: bytes, size: int):
    """What is stuffed by the rule is read back exactly."""
    content += b"\r\n"
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    assert read(stuffed + b".\r\n", size)[0] == content


def test_too_large_keeps_nothing():
    """Beyond the limit the rest is read away, and none of it is kept."""
    found, rest, reader = read(b"x" * 5_000 + b"\r\n.\r\nNOOP\r\n", 100, limit=1_000)
    assert reader.too_large
    assert (found, rest) == (b"", b"NOOP\r\n")
