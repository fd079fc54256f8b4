"""The bounded buffer of lines."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.wire import BEGINNING, ENDING, LineBuffer, LineTooLong


def test_lines_come_without_their_end():
    """CRLF ends a line, LF alone too; what is unfinished waits."""
    buffer = LineBuffer(100)
    buffer.feed(b"a\r\nb\n\r\nc")
    assert [buffer.next(), buffer.next(), buffer.next(), buffer.next()] == [b"a", b"b", b"", None]
    buffer.feed(b"d\r\n")
    assert buffer.next() == b"cd"
    buffer.feed(b"\ne\n")
    assert [buffer.next(), buffer.next()] == [b"", b"e"]


@given(
    st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line and not line.endswith(b"\r"))),
    st.integers(1, 7),
)
def test_packets_do_not_matter(lines: list[bytes], size: int):
    """However a stream is cut, its lines are the same."""
    stream = b"".join(line + b"\r\n" for line in lines)
    buffer = LineBuffer(100)
    found = []
    for start in range(0, len(stream), size):
        buffer.feed(stream[start : start + size])
        while (line := buffer.next()) is not None:
            found.append(line)
    assert found == lines


def test_a_long_line_is_dropped_and_said_once():
    """Nothing of it is kept, and the next line is whole."""
    buffer = LineBuffer(10)
    for _ in range(1000):
        buffer.feed(b"x" * 100)
        assert buffer.next() is None
        assert len(buffer) <= 100
    buffer.feed(b"\r\nnext\r\n")
    with pytest.raises(LineTooLong):
        buffer.next()
    assert buffer.next() == b"next"


def test_a_long_line_in_one_piece_is_refused_too():
    """Arriving whole does not make it shorter."""
    buffer = LineBuffer(10)
    buffer.feed(b"x" * 50 + b"\r\nnext\r\n")
    with pytest.raises(LineTooLong):
        buffer.next()
    assert buffer.next() == b"next"


def test_the_limit_is_of_one_line():
    """What was read before it in the same packet does not count, nor does a CR that may belong to the line's end."""
    buffer = LineBuffer(10)
    buffer.feed(b"x" * 10 + b"\r\n" + b"y" * 10 + b"\r")
    assert [buffer.next(), buffer.next()] == [b"x" * 10, None]
    buffer.feed(b"\n" + b"z" * 10 + b"\r\r\n")
    assert buffer.next() == b"y" * 10
    with pytest.raises(LineTooLong):
        buffer.next()
    buffer.feed(b"z" * 12)
    assert (buffer.next(), len(buffer)) == (None, 0)


def test_take_gives_what_is_no_line():
    """Data that came with the command before it."""
    buffer = LineBuffer(100)
    buffer.feed(b"DATA\r\nrest of it")
    assert buffer.next() == b"DATA"
    assert (buffer.take(), len(buffer)) == (b"rest of it", 0)


def test_take_gives_as_much_as_asked_for():
    """The octets of a literal, with lines before and after them."""
    buffer = LineBuffer(100)
    buffer.feed(b"{5}\r\na\nb\n")
    assert buffer.next() == b"{5}"
    assert buffer.take(5) == b"a\nb\n"
    assert (buffer.take(1), len(buffer)) == (b"", 0)
    buffer.feed(b"c rest\r\nnext\r\n")
    assert buffer.take(1) == b"c"
    assert [buffer.next(), buffer.next(), buffer.next()] == [b" rest", b"next", None]


def first_line(buffer: LineBuffer, data: bytes, size: int) -> bytes:
    """Feed in pieces of `size` octets until there is a line."""
    for start in range(0, len(data), size):
        buffer.feed(data[start : start + size])
        if (line := buffer.next()) is not None:
            return line
    raise AssertionError("there was no line")


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
def test_beginning_and_end_are_left_of_a_long_line(size: int):
    """Enough to answer it, and to see what it announces."""
    buffer = LineBuffer(30)
    data = b"tag APPEND Sent (" + b"x" * 100 + b") {1234567+}\r\nnext\r\n"
    with pytest.raises(LineTooLong) as caught:
        first_line(buffer, data, size)
    assert caught.value.beginning == b"tag APPEND Sent ("[:BEGINNING]
    assert caught.value.ending.endswith(b"x) {1234567+}")
    assert len(caught.value.ending) <= ENDING


def test_small_pieces_cost_no_more():
    """A megabyte in single octets is not copied each time."""
    buffer = LineBuffer(1 << 20)
    start = time.process_time()
    for _ in range(500_000):
        buffer.feed(b"x")
        assert buffer.next() is None
    buffer.feed(b"\n")
    assert buffer.next() == b"x" * 500_000
    assert time.process_time() - start < 2


def test_clear_forgets():
    """What came in plain text before a handshake is gone."""
    buffer = LineBuffer(100)
    buffer.feed(b"RSET\r\n")
    buffer.clear()
    assert buffer.next() is None
    buffer.feed(b"NOOP\r\nQU")
    assert [buffer.next(), buffer.next()] == [b"NOOP", None]
    buffer.clear()
    buffer.feed(b"IT\r\n")
    assert buffer.next() == b"IT"
