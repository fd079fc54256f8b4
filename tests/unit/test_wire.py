"""The bounded buffer of lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.wire import LineBuffer, LineTooLong


def test_lines_come_without_their_end():
    """CRLF ends a line, LF alone too; what is unfinished waits."""
    buffer = LineBuffer(100)
    buffer.feed(b"a\r\nb\n\r\nc")
    assert [buffer.next(), buffer.next(), buffer.next(), buffer.next()] == [b"a", b"b", b"", None]
    buffer.feed(b"d\r\n")
    assert buffer.next() == b"cd"


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


def test_take_gives_what_is_no_line():
    """Data that came with the command before it."""
    buffer = LineBuffer(100)
    buffer.feed(b"DATA\r\nrest of it")
    assert buffer.next() == b"DATA"
    assert (buffer.take(), len(buffer)) == (b"rest of it", 0)


def test_clear_forgets():
    """What came in plain text before a handshake is gone."""
    buffer = LineBuffer(100)
    buffer.feed(b"RSET\r\n")
    buffer.clear()
    assert buffer.next() is None
