"""LIST's options, LSUB and STATUS."""

import pytest

from mailcatch.imap.commands import List, Lsub, Status
from mailcatch.imap.list_options import parse_list, parse_lsub, parse_status
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b' "" ""', List("", ("",))),
        (b' "" "x/%"', List("", ("x/%",))),
        (b" Arch */b", List("Arch", ("*/b",))),
        (b' "" inbox', List("", ("INBOX",))),
        (b' () "" *', List("", ("*",), extended=True)),
        (b' "" (INBOX "Sent*" {2+}\r\na%)', List("", ("INBOX", "Sent*", "a%"), extended=True)),
        (b' "" * RETURN ()', List("", ("*",), extended=True)),
        (
            b' (subscribed RECURSIVEMATCH) "" % return (children)',
            List("", ("%",), frozenset({"SUBSCRIBED", "RECURSIVEMATCH"}), frozenset({"CHILDREN"}), (), True),
        ),
        (
            b' (SPECIAL-USE REMOTE) "" % RETURN (SUBSCRIBED STATUS (UNSEEN SIZE) SPECIAL-USE)',
            List(
                "",
                ("%",),
                frozenset({"SPECIAL-USE", "REMOTE"}),
                frozenset({"SUBSCRIBED", "SPECIAL-USE"}),
                ("UNSEEN", "SIZE"),
                True,
            ),
        ),
    ],
)
def test_list(text: bytes, expected: List):
    """Plain, and extended by options, several patterns or RETURN (RFC 5258)."""
    assert parse_list(Scanner(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b' ""',
        b' "" ()',
        b' (FOO) "" *',
        b' (RECURSIVEMATCH) "" *',
        b' (RECURSIVEMATCH REMOTE) "" *',
        b' (SUBSCRIBED)"" *',
        b' "" * RETURN',
        b' "" * RETURN CHILDREN',
        b' "" * RETURN (FOO)',
        b' "" * RETURN (STATUS)',
        b' "" * RETURN (STATUS ())',
        b' "" * FOO (CHILDREN)',
    ],
)
def test_what_is_no_list(text: bytes):
    """RECURSIVEMATCH alone says nothing (RFC 5258 §3)."""
    with pytest.raises(Problem) as caught:
        parse_list(Scanner(text))
    assert caught.value.condition == "BAD"


def test_lsub():
    """It takes one pattern."""
    assert parse_lsub(Scanner(b' "" "*"')) == Lsub("", "*")
    with pytest.raises(Problem):
        parse_lsub(Scanner(b' "" (a b)'))


def test_status():
    """Each item once, in the order asked for."""
    assert parse_status(Scanner(b" inbox (messages UNSEEN size MESSAGES)")) == Status(
        "INBOX", ("MESSAGES", "UNSEEN", "SIZE")
    )
    everything = b" a (RECENT UIDNEXT UIDVALIDITY DELETED HIGHESTMODSEQ)"
    assert parse_status(Scanner(everything)).items == ("RECENT", "UIDNEXT", "UIDVALIDITY", "DELETED", "HIGHESTMODSEQ")


@pytest.mark.parametrize("text", [b" INBOX", b" INBOX ()", b" INBOX (FOO)", b" INBOX MESSAGES", b" (MESSAGES)"])
def test_what_is_no_status(text: bytes):
    """The items there are stand in the error."""
    with pytest.raises(Problem, match="expected"):
        parse_status(Scanner(text))
