"""FETCH."""

from __future__ import annotations

import pytest

from tests.support.imap import Running

NESTED = (
    b"From: a@x.test\r\nSubject: outer\r\n folded\r\nX-A: 1\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\npreamble\r\n"
    b"--o\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninside\r\n"
    b"--o--\r\n"
)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("", NESTED),
        ("HEADER", NESTED[: NESTED.index(b"preamble")]),
        ("TEXT", NESTED[NESTED.index(b"preamble") :]),
        ("1", b"first"),
        ("1.MIME", b"Content-Type: text/plain\r\n\r\n"),
        ("2", b"Subject: inner\r\n\r\ninside"),
        ("2.HEADER", b"Subject: inner\r\n\r\n"),
        ("2.TEXT", b"inside"),
        ("2.1", b"inside"),
        ("HEADER.FIELDS (subject X-NONE)", b"Subject: outer\r\n folded\r\n\r\n"),
        ("HEADER.FIELDS.NOT (SUBJECT FROM Content-Type MIME-Version)", b"X-A: 1\r\n\r\n"),
        ('HEADER.FIELDS ("X-A")', b"X-A: 1\r\n\r\n"),
    ],
)
def test_sections(door: Running, section: str, expected: bytes) -> None:
    """Cut from the raw bytes; fields as they stand, with the blank line."""
    door.deliver(NESTED)
    client = door.client()
    (line,) = client.ask(f"FETCH 1 BODY.PEEK[{section}]").untagged
    assert b"{%d}\r\n%s)" % (len(expected), expected) in line
    (part,) = client.ask(f"FETCH 1 BODY.PEEK[{section}]<2.5>").untagged
    assert b"<2> " in part
    assert expected[2:7] in part


def test_a_part_that_is_not_there(door: Running) -> None:
    """Is NIL or empty, not an error."""
    door.deliver(NESTED)
    (line,) = door.client().ask("FETCH 1 BODY.PEEK[7.3]").untagged
    assert line in {b"* 1 FETCH (BODY[7.3] NIL)\r\n", b'* 1 FETCH (BODY[7.3] "")\r\n'}


def test_reading_marks_as_read_unless_it_peeks(door: Running) -> None:
    """The flags are told with it, in one write."""
    door.deliver()
    client = door.client()
    client.ask("FETCH 1 (BODY.PEEK[] RFC822.HEADER)")
    assert rb"\Seen" not in client.ask("FETCH 1 FLAGS").untagged[0]
    told = client.ask("FETCH 1 RFC822.TEXT").untagged
    assert any(rb"\Seen" in line for line in told)
    assert door.inbox._store.messages().messages[0].read


def test_uids(door: Running) -> None:
    """UID FETCH tells the UID; `71:*` gives the last; nothing there is nothing, and OK."""
    client = door.client()
    assert client.ask("UID FETCH 1:* FLAGS").untagged == []
    assert client.ask("UID FETCH * FLAGS").ok
    door.deliver()
    door.deliver()
    client.ask("NOOP")
    assert client.ask("UID FETCH 71:* (UID)").untagged == [b"* 2 FETCH (UID 2)\r\n"]
    assert client.ask("UID FETCH 50 FLAGS").untagged == []
    assert client.ask("FETCH 9 FLAGS").tagged.startswith(b"BAD")


def test_a_message_that_has_gone(door: Running) -> None:
    """What is there is told, then NO (RFC 2180 §4.1.2)."""
    door.deliver()
    door.deliver()
    client, other = door.client(), door.client()
    other.ask(r"STORE 1 +FLAGS (\Deleted)")
    other.ask("EXPUNGE")
    answer = client.ask("FETCH 1:2 BODY.PEEK[]")
    assert answer.tagged.startswith(b"NO")
    assert any(line.startswith(b"* 2 FETCH") for line in answer.untagged)


def test_changed_since(door: Running) -> None:
    """Only what has changed, with its MODSEQ (RFC 7162 §3.1.4)."""
    door.deliver()
    door.deliver()
    client = door.client()
    (line,) = client.ask("FETCH 1 MODSEQ").untagged
    known = int(line.split(b"MODSEQ (")[1].split(b")")[0])
    client.ask("STORE 1 +FLAGS.SILENT (Blue)")
    told = client.ask(f"FETCH 1:* (FLAGS) (CHANGEDSINCE {known})").untagged
    assert len(told) == 1
    assert b"MODSEQ (" in told[0]


def test_a_large_message_comes_in_pieces(door: Running) -> None:
    """And whole."""
    raw = b"Subject: large\r\n\r\n" + b"0123456789abcde\r\n" * 300_000
    door.deliver(raw)
    (line,) = door.client().ask("FETCH 1 (UID BODY.PEEK[])").untagged
    assert line.endswith(raw + b")\r\n")
