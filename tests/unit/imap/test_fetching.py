"""FETCH's arguments."""

import pytest

from mailcatch.imap.commands import BodyItem, Fetch, Section
from mailcatch.imap.fetching import parse_fetch
from mailcatch.imap.problem import Problem
from mailcatch.imap.scanner import Scanner
from mailcatch.imap.sets import parse_set


def fetch(text: bytes, *, by_uid: bool = False) -> Fetch:
    scanner = Scanner(b" " + text)
    command = parse_fetch(scanner, by_uid=by_uid)
    scanner.end()
    assert isinstance(command, Fetch)
    return command


def body(text: bytes) -> BodyItem:
    (item,) = fetch(b"1 " + text).items
    assert isinstance(item, BodyItem)
    return item


def test_macros():
    """FAST, ALL, FULL stand alone (RFC 3501 §6.4.5)."""
    fast = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
    assert fetch(b"1 fast").items == fast
    assert fetch(b"1 ALL").items == (*fast, "ENVELOPE")
    assert fetch(b"1 Full").items == (*fast, "ENVELOPE", "BODY")
    with pytest.raises(Problem):
        fetch(b"1 (ALL)")


def test_items():
    """One alone, several in parentheses; in any case, each once; UID FETCH always answers UID."""
    assert fetch(b"2:4 flags") == Fetch(False, parse_set(b"2:4"), ("FLAGS",))
    assert fetch(b"1 (UID Flags BodyStructure BODY envelope MODSEQ FLAGS)").items == (
        "UID",
        "FLAGS",
        "BODYSTRUCTURE",
        "BODY",
        "ENVELOPE",
        "MODSEQ",
    )
    assert fetch(b"1 (FLAGS UID)", by_uid=True).items == ("UID", "FLAGS")


def test_changedsince():
    """It brings MODSEQ with it (RFC 7162 §3.1.4.1)."""
    command = fetch(b"1:* (FLAGS) (CHANGEDSINCE 12)", by_uid=True)
    assert (command.changed_since, command.items) == (12, ("UID", "FLAGS", "MODSEQ"))


@pytest.mark.parametrize(
    ("text", "section", "label"),
    [
        (b"BODY[]", Section(), b"BODY[]"),
        (b"body.peek[text]", Section(text="TEXT"), b"BODY[TEXT]"),
        (b"BODY[1]", Section((1,)), b"BODY[1]"),
        (b"BODY[1.2.3.mime]", Section((1, 2, 3), "MIME"), b"BODY[1.2.3.MIME]"),
        (b"BODY[2.HEADER]", Section((2,), "HEADER"), b"BODY[2.HEADER]"),
        (
            b"BODY[HEADER.FIELDS (From To)]",
            Section((), "HEADER.FIELDS", (b"From", b"To")),
            b"BODY[HEADER.FIELDS (From To)]",
        ),
        (
            b'BODY[3.HEADER.FIELDS.NOT ("DATE" {3}\r\nX-Y "a b")]',
            Section((3,), "HEADER.FIELDS.NOT", (b"DATE", b"X-Y", b"a b")),
            b'BODY[3.HEADER.FIELDS.NOT (DATE X-Y "a b")]',
        ),
        (b"RFC822", Section(), b"RFC822"),
        (b"RFC822.TEXT", Section(text="TEXT"), b"RFC822.TEXT"),
    ],
)
def test_sections(text: bytes, section: Section, label: bytes):
    """What stands between the brackets, and how the answer names it: never with PEEK."""
    item = body(text)
    assert (item.section, item.label, item.partial) == (section, label, None)
    assert item.peek == text.startswith(b"body.peek")


def test_old_peeks():
    """RFC822.HEADER sets no flag (RFC 3501 §6.4.5); RFC822.PEEK is older than IMAP4 and asked for by iOS."""
    assert body(b"RFC822.HEADER") == BodyItem(b"RFC822.HEADER", Section(text="HEADER"), peek=True)
    assert body(b"RFC822.PEEK") == BodyItem(b"RFC822", Section(), peek=True)


def test_partials():
    """The answer tells the first octet only."""
    assert body(b"BODY.PEEK[1]<16384.65536>") == BodyItem(b"BODY[1]<16384>", Section((1,)), True, (16_384, 65_536))
    assert body(b"BODY[HEADER.FIELDS (Date)]<0.100>").label == b"BODY[HEADER.FIELDS (Date)]<0>"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"1",
        b"1 ",
        b"1 ()",
        b"1 (FLAGS",
        b"1 FLAGS UID",
        b"x FLAGS",
        b"1 FOO",
        b"1 BODY.PEEK",
        b"1 BODY[",
        b"1 BODY[]<0>",
        b"1 BODY[]<0.0>",
        b"1 BODY[]<0.9223372036854775808>",
        b"1 BODY[]<-1.5>",
        b"1 BODY[0]",
        b"1 BODY[1.]",
        b"1 BODY[.1]",
        b"1 BODY[1..2]",
        b"1 BODY[MIME]",
        b"1 BODY[HEADER.1]",
        b"1 BODY[HEADER.FIELDS]",
        b"1 BODY[HEADER.FIELDS ()]",
        b"1 BODY[HEADER.FIELDS (a]",
        b"1 BODY[TEXT",
        b"1 BODY[" + b"1." * 200 + b"1]",
        b"1 FLAGS (CHANGEDSINCE)",
        b"1 FLAGS (CHANGEDSINCE x)",
        b"1 FLAGS (CHANGEDSINCE 1 VANISHED)",
        b"1 FLAGS (FOO 1)",
        b"1 (" + b"FLAGS " * 1001 + b")",
        b"1 BODY[HEADER.FIELDS (" + b"a " * 1001 + b")]",
    ],
)
def test_what_is_no_fetch(text: bytes):
    """BAD, each time."""
    with pytest.raises(Problem) as caught:
        fetch(text)
    assert caught.value.condition == "BAD"
