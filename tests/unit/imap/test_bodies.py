"""Sections of a message, as octets of it."""

import pytest

from mailcatch.imap.bodies import piece_of, selected
from mailcatch.imap.commands import BodyItem, Command, Fetch
from mailcatch.imap.fetching import parse_fetch
from mailcatch.imap.scanner import Scanner
from mailcatch.mime.structure import scan

PLAIN = b"Subject: one\r\nTo: ann@x.test\r\n\r\nHello.\r\n"
INNER = b"Subject: inner\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n" + (
    b"--i\r\n\r\nfirst\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>second\r\n--i--\r\n"
)
MIXED = b"Subject: outer\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\nbefore\r\n" + (
    b"--o\r\nContent-Type: text/plain\r\n\r\ntext\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
    + INNER
    + b"\r\n--o--\r\nafter\r\n"
)


def fetched(raw: bytes, item: bytes) -> bytes | None:
    """Return what an item gives of a message, None for NIL."""
    command: Command = parse_fetch(Scanner(b" 1 " + item), by_uid=False)
    assert isinstance(command, Fetch)
    (body,) = command.items
    assert isinstance(body, BodyItem)
    piece = piece_of(body, scan(raw).root, len(raw), lambda start, length: raw[start : start + length])
    assert piece.head.startswith(body.label + b" ")
    value = piece.head[len(body.label) + 1 :]
    if piece.span is not None:
        value += raw[piece.span.start : piece.span.start + piece.span.length]
        assert piece.size == len(body.label) + 1 + len(value)
    if value == b"NIL":
        return None
    size, _, content = value.partition(b"}\r\n")
    assert int(size[1:]) == len(content)
    return content


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (b"BODY[]", PLAIN),
        (b"RFC822", PLAIN),
        (b"BODY[HEADER]", b"Subject: one\r\nTo: ann@x.test\r\n\r\n"),
        (b"BODY[TEXT]", b"Hello.\r\n"),
        (b"BODY[1]", b"Hello.\r\n"),
        (b"BODY[1.MIME]", b"Subject: one\r\nTo: ann@x.test\r\n\r\n"),
        (b"BODY[2]", None),
        (b"BODY[1.1]", None),
        (b"BODY[1.TEXT]", None),
        (b"BODY[]<8.4>", b": on"[:0] + PLAIN[8:12]),
        (b"BODY[TEXT]<3.100>", b"lo.\r\n"),
        (b"BODY[TEXT]<100.5>", b""),
        (b"BODY[HEADER.FIELDS (to)]", b"To: ann@x.test\r\n\r\n"),
        (b"BODY[HEADER.FIELDS (to)]<4.3>", b"ann"),
        (b"BODY[HEADER.FIELDS.NOT (To)]", b"Subject: one\r\n\r\n"),
        (b"BODY[HEADER.FIELDS (nothing)]", b"\r\n"),
    ],
)
def test_a_message_in_one_part(item: bytes, expected: bytes | None):
    """Part 1 is its body; what it has not is NIL."""
    assert fetched(PLAIN, item) == expected


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (b"BODY[1]", b"text"),
        (b"BODY[1.MIME]", b"Content-Type: text/plain\r\n\r\n"),
        (b"BODY[2]", INNER),
        (b"BODY[2.HEADER]", INNER.partition(b"--i")[0]),
        (b"BODY[2.TEXT]", INNER.partition(b"\r\n\r\n")[2]),
        (b"BODY[2.HEADER.FIELDS (subject)]", b"Subject: inner\r\n\r\n"),
        (b"BODY[2.1]", b"first"),
        (b"BODY[2.2]", b"<p>second"),
        (b"BODY[2.2.MIME]", b"Content-Type: text/html\r\n\r\n"),
        (b"BODY[3]", None),
        (b"BODY[1.HEADER]", None),
    ],
)
def test_a_message_within_a_message(item: bytes, expected: bytes | None):
    """Numbers go through message/rfc822; its HEADER and TEXT are those of the message within."""
    assert fetched(MIXED, item) == expected


def test_fields_stand_as_they_were_written():
    """Folded ones whole, in their order, whatever their case; the blank line ends them, also where there was none."""
    block = b"Received: a\r\n\tb\r\nSUBJECT : x\r\nreceived: c\r\nno field\r\n"
    assert selected(block, [b"RECEIVED"], negated=False) == b"Received: a\r\n\tb\r\nreceived: c\r\n\r\n"
    assert selected(block, [b"Subject"], negated=False) == b"SUBJECT : x\r\n\r\n"
    assert selected(b"A: 1", [b"a"], negated=False) == b"A: 1\r\n\r\n"
    assert selected(b"A: 1\r\n", [b"a"], negated=False) == b"A: 1\r\n\r\n"
