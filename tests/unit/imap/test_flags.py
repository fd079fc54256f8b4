"""Flags on the line."""

import pytest

from mailcatch.imap.commands import Flags
from mailcatch.imap.flags import format_flags, parse_flags
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner
from mailcatch.model import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN


def test_flags_are_read():
    """System flags in any case are bits, keywords stay as written and come once, parentheses may be missing."""
    assert parse_flags(Scanner(b"(\\Seen \\dELETED $label1 Junk junk)")) == Flags(SEEN | DELETED, ("$label1", "Junk"))
    assert parse_flags(Scanner(b"\\Seen NonJunk ")) == Flags(SEEN, ("NonJunk",))
    assert parse_flags(Scanner(b"()")) == Flags()


@pytest.mark.parametrize(
    "text", [b"(\\Recent)", b"(\\*)", b"\\Foo", b"(a{3})", b"(\\)", b"", b'("x")', b"(a", b"(\\Seen)x"[:5]]
)
def test_what_nobody_can_set(text: bytes):
    r"""`\Recent` is the server's (RFC 3501 §2.3.2)."""
    with pytest.raises(Problem) as caught:
        parse_flags(Scanner(text))
    assert caught.value.condition == "BAD"


@pytest.mark.parametrize("text", [b"(%s)" % b" ".join(b"k%d" % n for n in range(101)), b"k" * 300])
def test_keywords_are_bounded(text: bytes):
    """A client's mistake does not fill the database."""
    with pytest.raises(Problem) as caught:
        parse_flags(Scanner(text))
    assert (caught.value.condition, caught.value.code) == ("NO", "LIMIT")


def test_flags_are_written():
    """In one order, keywords after the system's."""
    everything = SEEN | ANSWERED | FLAGGED | DRAFT | DELETED
    assert format_flags(0) == b"()"
    assert format_flags(SEEN, ("$label1",), recent=True) == b"(\\Seen $label1 \\Recent)"
    assert format_flags(everything) == b"(\\Answered \\Flagged \\Deleted \\Seen \\Draft)"
    assert parse_flags(Scanner(format_flags(everything, ("a", "b")))) == Flags(everything, ("a", "b"))
