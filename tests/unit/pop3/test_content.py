"""Messages on their way: stuffed, ended, cut; the same in whatever pieces they come."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.pop3.content import Stuffing, Top
from tests.support.pop3 import unstuffed

MESSAGES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"a: b"])).map(b"".join)


def pieces_of(message: bytes, cuts: list[int]) -> list[bytes]:
    """Cut a message at some places."""
    edges = [0, *sorted(cut % (len(message) + 1) for cut in cuts), len(message)]
    return [message[start:end] for start, end in pairwise(edges)]


def sent(*pieces: bytes) -> bytes:
    """Stuff pieces and end them."""
    stuffing = Stuffing()
    return b"".join([stuffing.feed(piece) for piece in pieces]) + stuffing.end()


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (b"", b".\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\n", b"a\n\r\n.\r\n"),
        (b"a\r", b"a\r\r\n.\r\n"),
        (b"\r\n.\r\n", b"\r\n..\r\n.\r\n"),
        (b"a\n.b\r\n", b"a\n..b\r\n.\r\n"),
        (b"a\r.b\r\n", b"a\r.b\r\n.\r\n"),
        (b"a.b\r\n", b"a.b\r\n.\r\n"),
        (b"\r\n..\r\n", b"\r\n...\r\n.\r\n"),
    ],
)
def test_dots_are_stuffed_after_every_line_end(message: bytes, line: bytes):
    """And an end that can be found is added where there is none."""
    assert sent(message) == line


@given(message=MESSAGES, cuts=st.lists(st.integers(0, 100), max_size=5))
def test_pieces_make_no_difference(message: bytes, cuts: list[int]):
    """Whatever is cut, also between CR, LF and dot."""
    assert sent(*pieces_of(message, cuts)) == sent(message)


@given(message=MESSAGES)
def test_it_comes_back_as_it_was(message: bytes):
    """But for the final CRLF; and whether a client wants a CR before LF or not, no line within it is the end."""
    line = sent(message)
    assert line.endswith(b".\r\n")
    content = unstuffed(line.removesuffix(b".\r\n"))
    assert content == message + (b"" if message.endswith(b"\r\n") or not message else b"\r\n")
    assert [end.start() for end in re.finditer(rb"(?:\A|(?<=\n))\.\r?\n", line)] == [len(line) - 3]


def cut(message: bytes, lines: int, cuts: list[int] | None = None) -> bytes:
    """Give the top of a message."""
    top, found = Top(lines), b""
    for piece in pieces_of(message, cuts or []):
        found += top.feed(piece)
        if top.done:
            break
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (0, b"a: b\r\nc: d\r\n\r\n"),
        (1, b"a: b\r\nc: d\r\n\r\none\r\n"),
        (2, b"a: b\r\nc: d\r\n\r\none\r\n\r\n"),
        (3, b"a: b\r\nc: d\r\n\r\none\r\n\r\nthree"),
        (9, b"a: b\r\nc: d\r\n\r\none\r\n\r\nthree"),
    ],
)
def test_top_is_the_header_and_so_many_lines(lines: int, expected: bytes):
    """The blank line between them belongs to it."""
    message = b"a: b\r\nc: d\r\n\r\none\r\n\r\nthree"
    assert cut(message, lines) == expected
    assert cut(message, lines, list(range(len(message)))) == expected


@pytest.mark.parametrize("message", [b"", b"a: b\r\n", b"a: b", b"\r"])
def test_a_message_without_a_body_is_all_top(message: bytes):
    """There is no blank line to find."""
    assert cut(message, 5) == message


def test_a_body_alone_has_an_empty_header():
    """A message that begins with a blank line."""
    assert cut(b"\r\none\r\ntwo\r\n", 1) == b"\r\none\r\n"
    assert cut(b"\none\ntwo\n", 1) == b"\none\n"
