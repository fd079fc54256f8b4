"""The form that answers are put into: what must not matter is gone, and nothing else."""

from __future__ import annotations

import io

import pytest

from tests.judges.normal import lines
from tests.judges.script import pieces
from tests.judges.tokens import Atom, Closed, Malformed, Text, response, values

SAME = [
    ([rb"* 1 FETCH (UID 4 FLAGS (\Seen \Flagged))"], [rb"* 1 FETCH (FLAGS (\flagged \Seen) UID 4)"]),
    ([b'* LIST () "/" Sent'], [b'* LIST () "/" "Sent"']),
    ([b"* 1 FETCH (BODY[TEXT] {2}\r\nhi)"], [b'* 1 FETCH (BODY[TEXT] "hi")']),
    ([b"* OK [UIDVALIDITY 7] x"], [b"* OK [UIDVALIDITY 8] y"]),
    ([b"a1 OK [APPENDUID 7 3] x"], [b"a1 OK [APPENDUID 8 3] y"]),
    ([b"* STATUS INBOX (UNSEEN 1 MESSAGES 2)"], [b'* STATUS "inbox" (MESSAGES 2 UNSEEN 1)']),
    ([b"* 2 EXISTS", b"* 0 RECENT"], [b"* 0 RECENT", b"* 2 EXISTS"]),
    ([b"* SEARCH 1 (MODSEQ 5)"], [b"* SEARCH 1 (MODSEQ 6)"]),
]
DIFFERENT = [
    ([rb"* 1 FETCH (FLAGS (\Seen))"], [b"* 1 FETCH (FLAGS ())"]),
    ([b"* 1 FETCH (BODY[TEXT] NIL)"], [b'* 1 FETCH (BODY[TEXT] "NIL")']),
    ([b"* 1 FETCH (BODY[TEXT] {3}\r\nhi )"], [b'* 1 FETCH (BODY[TEXT] "hi")']),
    ([b"* 2 EXPUNGE", b"* 1 EXPUNGE"], [b"* 1 EXPUNGE", b"* 2 EXPUNGE"]),
    ([b"* 1 FETCH (UID 1)", b"* 1 EXPUNGE"], [b"* 1 EXPUNGE", b"* 1 FETCH (UID 1)"]),
    ([b"a1 OK [READ-ONLY] x"], [b"a1 OK [READ-WRITE] x"]),
    ([b"a1 OK [COPYUID 7 1 2] x"], [b"a1 OK [COPYUID 7 1 3] x"]),
    ([b"a1 NO x"], [b"a1 BAD x"]),
    ([b"* SEARCH 1 2"], [b"* SEARCH 1"]),
    ([b"* SEARCH"], []),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: list[bytes], other: list[bytes]):
    """Two spellings of one answer."""
    assert lines(one) == lines(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: list[bytes], other: list[bytes]):
    """Two answers that no client takes for one."""
    assert lines(one) != lines(other)


def test_values():
    """Atoms with brackets, strings with escapes, literals, NIL and lists."""
    read = values(b'* 1 FETCH (BODY[HEADER.FIELDS ("To" CC)]<0> {4}\r\n) "\\ X "a\\"b" y NIL)')
    assert read == [
        Atom("*"), Atom("1"), Atom("FETCH"),
        [Atom('BODY[HEADER.FIELDS ("To" CC)]<0>'), Text(b') "\\'), Atom("X"), Text(b'a"b'), Atom("y"), None],
    ]  # fmt: skip


def test_a_response_is_read_with_its_literals():
    """A line feed alone, or an end within, is told."""
    assert (
        response(io.BytesIO(b"* 1 FETCH (X {4}\r\n\r\n\r\n Y {0}\r\n)\r\nrest"))
        == b"* 1 FETCH (X {4}\r\n\r\n\r\n Y {0}\r\n)"
    )
    with pytest.raises(Malformed):
        response(io.BytesIO(b"* OK\n"))
    with pytest.raises(Closed):
        response(io.BytesIO(b"* 1 FETCH (X {4}\r\nab"))


def test_pieces_wait_at_literals_that_want_it():
    """A client may not go on after `{n}` before it hears `+`."""
    assert pieces("LOGIN {{=user!}} {{=user}}", "a@b") == [b"LOGIN {3}\r\n", b"a@b {3+}\r\na@b\r\n"]
