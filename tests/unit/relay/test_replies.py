"""Replies of an SMTP server."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.relay.replies import LONGEST_LINE, MOST_LINES, BadReply, Reply, ReplyReader


def read(data: bytes, step: int = 1 << 20) -> list[Reply]:
    reader, found = ReplyReader(), []
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
        while (line := reader.next()) is not None:
            found += [line[1]] if line[1] else []
    return found


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_lines_make_a_reply(step: int):
    """However the octets come; the enhanced status is taken out of the text."""
    data = b"250-mx.test at your service\r\n250-SIZE 100\r\n250 DSN\r\n550 5.1.1 No such\r\n250\r\n"
    assert read(data, step) == [
        Reply(250, None, ("mx.test at your service", "SIZE 100", "DSN")),
        Reply(550, "5.1.1", ("5.1.1 No such",)),
        Reply(250, None, ("",)),
    ]


def test_text_is_without_codes():
    """All lines as one."""
    (reply,) = read(b"550-5.7.1 Go\r\n550 5.7.1 away\r\n")
    assert (reply.text, reply.enhanced, reply.good, reply.temporary) == ("Go away", "5.7.1", False, False)


@pytest.mark.parametrize(("line", "enhanced"), [(b"550 4.1.1 x", None), (b"250 2.0", None), (b"250 2.0.0", "2.0.0")])
def test_an_enhanced_status_must_fit_its_code(line: bytes, enhanced: str | None):
    """RFC 2034 §4: another class is a mistake of the server."""
    assert read(line + b"\r\n")[0].enhanced == enhanced


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n",
        b"99 x\r\n",
        b"600 x\r\n",
        b"250x\r\n",
        b"250-a\r\n251 b\r\n",
        b"\x16\x03\x01\r\n",
        b"250 " + b"x" * LONGEST_LINE + b"\r\n",
        b"250-x\r\n" * (MOST_LINES + 1),
    ],
)
def test_what_is_no_reply_or_too_much_is_an_error(data: bytes):
    """A server that talks without end fills no memory."""
    with pytest.raises(BadReply):
        read(data)


def test_what_waits_is_known():
    """After STARTTLS nothing may."""
    reader = ReplyReader()
    reader.feed(b"220 Go\r\n250 injected\r\n")
    assert reader.next() is not None
    assert reader.waiting


@given(st.binary(max_size=300))
def test_no_octets_raise_anything_else(data: bytes):
    """Whatever a server sends."""
    with contextlib.suppress(BadReply):
        read(data, 7)
