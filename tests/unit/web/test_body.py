"""mailcatch.web.body: framing and limits of request bodies."""

from __future__ import annotations

import io

import pytest

from mailcatch.web.body import PIECE, BadBody, Body, ChunkedBody, SizedBody


def sized(data: bytes, length: int, told: list[str] | None = None) -> SizedBody:
    """Make a body of a length over some bytes."""
    return SizedBody(io.BytesIO(data), length, lambda: (told or []).append("continue"), lambda: None)


def chunked(data: bytes) -> ChunkedBody:
    """Make a chunked body over some bytes."""
    return ChunkedBody(io.BytesIO(data), lambda: None, lambda: None)


def test_a_sized_body_ends_at_its_length() -> None:
    """What follows on the connection is not read."""
    body = sized(b"helloGET /", 5)
    assert body.read() == b"hello"
    assert body.finished


def test_no_length_is_no_body() -> None:
    """A body of 0 bytes is finished before it is read."""
    assert sized(b"", 0).finished


def test_a_body_that_ends_early_is_bad() -> None:
    """A client that vanishes amid its body is told apart from the end."""
    with pytest.raises(BadBody):
        sized(b"hel", 5).read()


def test_a_body_is_read_in_pieces() -> None:
    """However long it is, no piece is larger than 64 KiB."""
    pieces = list(sized(b"x" * (3 * PIECE + 1), 3 * PIECE + 1).pieces())
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, PIECE, 1]


def test_the_client_is_asked_to_go_on_only_when_the_body_is_wanted() -> None:
    """`100 Continue` goes out once, ahead of the first byte."""
    told: list[str] = []
    body = SizedBody(io.BytesIO(b"abc"), 3, lambda: told.append("continue"), lambda: None)
    assert told == []
    assert body.read(1) + body.read(2) == b"abc"
    assert told == ["continue"]


def test_an_unwanted_body_is_drained_up_to_a_limit() -> None:
    """A short rest is read away, a long one is not, nor one the client was never asked for."""
    begun, long = sized(b"abc", 3), sized(b"x" * 100, 100)
    begun.read(1)
    long.read(1)
    assert begun.drain(10)
    assert not long.drain(10)
    assert not sized(b"abc", 3).drain(10)


def test_chunks_are_joined() -> None:
    """Sizes are hexadecimal, extensions and trailers are ignored."""
    body = chunked(b"5;ext=1\r\nhello\r\n0A\r\n world 123\r\n0\r\nX-Trailer: y\r\n\r\nrest")
    assert body.read() == b"hello world 123"
    assert body.finished


@pytest.mark.parametrize(
    "data",
    [
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-1\r\nhello\r\n0\r\n\r\n",
        b"5 \nhello\r\n",
        b"5\r\nhelloo\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"5\r\nhello",
        b"",
        b"\r\n",
        b"1" * 16 + b"\r\n",
        b"5" + b" " * 5000 + b"\r\nhello\r\n",
        b"0\r\n" + b"a: b\r\n" * 100,
    ],
)
def test_bad_chunks_are_refused(data: bytes) -> None:
    """No broken framing is guessed at."""
    with pytest.raises(BadBody):
        chunked(data).read()


def test_a_huge_chunk_is_not_read_whole() -> None:
    """A chunk that announces a terabyte is read as far as it is asked for."""
    body: Body = chunked(b"FFFFFFFFFF\r\n" + b"x" * 100_000)
    assert len(body.read(70_000)) == 70_000
