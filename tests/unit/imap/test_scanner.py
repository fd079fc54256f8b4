"""Atoms, strings, literals, numbers."""

import pytest

from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"atom", b"atom"),
        (b"a]b[c", b"a]b[c"),
        (b"gr\xc3\xbcn", b"gr\xc3\xbcn"),
        (b'"a \\" \\\\ {3} ( "', b'a " \\ {3} ( '),
        (b'""', b""),
        (b"{5}\r\na\r\n(\xff", b"a\r\n(\xff"),
        (b"{2+}\r\nab", b"ab"),
        (b"{0}\r\n", b""),
    ],
)
def test_astrings(text: bytes, value: bytes):
    """Atoms with `]` and raw UTF-8, quoted strings with their escapes, literals of both kinds."""
    scanner = Scanner(text + b" rest")
    assert scanner.astring("a name") == value
    assert scanner.position == len(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"(",
        b'"open',
        b'"bad \\escape"',
        b'"line\r\nend"',
        b"{3}\r\nab",
        b"{3}ab",
        b"{x}\r\n",
        b"%",
        b"\x00",
        b'"\x00"',
        b"\\Seen",
    ],
)
def test_what_is_no_astring(text: bytes):
    """The error tells what was expected, and where."""
    scanner = Scanner(b"LOGIN " + text, 6)
    with pytest.raises(Problem, match=r"expected .*a name.* at octet 7|expected a literal"):
        scanner.astring("a name")


def test_wildcards_are_for_patterns():
    """A name of LIST may hold them, other names only in quotes."""
    assert Scanner(b"a/%*]").list_mailbox() == "a/%*]"
    assert Scanner(b'"a *"').mailbox() == "a *"
    assert Scanner(b'""').list_mailbox() == ""


@pytest.mark.parametrize("text", [b'""', b"{0}\r\n"])
def test_a_mailbox_has_a_name(text: bytes):
    """The empty name is only LIST's."""
    with pytest.raises(Problem, match="expected a mailbox name at octet 1"):
        Scanner(text).mailbox()


@pytest.mark.parametrize("text", [b"{3}\r\na\r\n", b'"a\tb"', b"&AAA-", b"x" * 1001])
def test_no_mailbox_has_such_a_name(text: bytes):
    """Control characters, however they are encoded, and names that no list could show."""
    with pytest.raises(Problem) as caught:
        Scanner(text).mailbox()
    assert (caught.value.condition, caught.value.code) == ("NO", "CANNOT")


def test_numbers():
    """32 bits unless the place allows 63."""
    assert Scanner(b"4294967295").number() == 4_294_967_295
    assert Scanner(b"007 ").number() == 7
    assert Scanner(b"9223372036854775807").number(2**63 - 1) == 2**63 - 1
    for text in (b"4294967296", b"9" * 1000, b"-1", b"x", b""):
        with pytest.raises(Problem, match="expected a number"):
            Scanner(text).number()


def test_lists():
    """Blanks too many are forgiven; missing ones are not."""

    def items(text: bytes) -> list[bytes]:
        scanner = Scanner(text)
        return scanner.parenthesized(lambda: scanner.astring("an item"))

    assert items(b"()") == items(b"( )") == []
    assert items(b'(a "b" c)') == items(b'( a  "b" c )') == [b"a", b"b", b"c"]
    for text in (b"a", b"(a", b'(a"b")', b"(a b", b"("):
        with pytest.raises(Problem):
            items(text)


def test_nil():
    """In any case; a string may stand in its place."""
    assert Scanner(b"nil").nil_or_string("a string") is None
    assert Scanner(b'"NIL"').nil_or_string("a string") == b"NIL"


def test_errors_show_what_stands_there():
    """Printable, short, and nothing of what is secret."""
    assert (
        Scanner(b"abc\r\n\xff" + b"x" * 100, 2).problem("a blank").text
        == f"expected a blank at octet 3, found `c???{'x' * 20}`"
    )
    assert Scanner(b"abc", 3).problem("a blank").text == "expected a blank at octet 4, found the end of the command"
    secret = Scanner(b"hunter2")
    secret.secret = True
    assert secret.problem("a blank").text == "expected a blank at octet 1"


def test_the_end():
    """Blanks at the end of a line are nothing."""
    Scanner(b"x  ", 1).end()
    with pytest.raises(Problem, match="expected the end of the command at octet 2, found ` y`"):
        Scanner(b"x y", 1).end()


def test_sets():
    """What is wrong with one is said."""
    assert Scanner(b"1:3,* ").sequence_set().within(9) == ((1, 3), (9, 9))
    with pytest.raises(Problem, match="beyond 32 bits"):
        Scanner(b"1,4294967299").sequence_set()
    with pytest.raises(Problem, match="expected a set of numbers at octet 1, found `x`"):
        Scanner(b"x").sequence_set()
