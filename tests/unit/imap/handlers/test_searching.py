"""SEARCH and SORT."""

from __future__ import annotations

from tests.support.imap import Client, Running


def filled(door: Running) -> Client:
    """Three messages, the second is seen, the third flagged."""
    for name, subject in (("zoe", "Re: beta"), ("ann", "alpha"), ("mia", "beta")):
        door.deliver(f"From: {name}@x.test\r\nSubject: {subject}\r\n\r\n{name} says\r\n".encode())
    client = door.client()
    client.ask(r"STORE 2 +FLAGS.SILENT (\Seen)")
    client.ask(r"STORE 3 +FLAGS.SILENT (\Flagged Blue)")
    return client


def test_search(door: Running) -> None:
    """By number or UID; nothing found still says so."""
    client = filled(door)
    for keys, found in (
        ("ALL", b"1 2 3"),
        ("UNSEEN", b"1 3"),
        ("NOT FLAGGED SEEN", b"2"),
        ("OR SEEN KEYWORD blue", b"2 3"),
        ("SUBJECT BETA", b"1 3"),
        ("FROM ann", b"2"),
        ('TEXT "mia says"', b"3"),
        ("2:* UNDELETED", b"2 3"),
        ("(SEEN) (ALL)", b"2"),
        ("CHARSET UTF-8 BODY zoe", b"1"),
        ("HEADER From zoe", b"1"),
        ("LARGER 5 SMALLER 5000 SINCE 1-Jan-2020", b"1 2 3"),
    ):
        assert client.ask(f"SEARCH {keys}").untagged == [b"* SEARCH %s\r\n" % found], keys
        assert client.ask(f"UID SEARCH {keys}").untagged == [b"* SEARCH %s\r\n" % found], keys
    assert client.ask("SEARCH SUBJECT nothing").untagged == [b"* SEARCH\r\n"]
    assert b"BADCHARSET" in client.ask("SEARCH CHARSET KOI8-R SUBJECT x").tagged


def test_esearch(door: Running) -> None:
    """RFC 4731."""
    client = filled(door)
    (line,) = client.ask("SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN").untagged
    assert line.startswith(b'* ESEARCH (TAG "')
    assert sorted(line.split(b") ")[1].split()) == sorted(b"MIN 1 MAX 3 COUNT 2 ALL 1,3".split())
    (line,) = client.ask("UID SEARCH RETURN (COUNT) SUBJECT nothing").untagged
    assert line.endswith(b" UID COUNT 0\r\n")


def test_a_literal_in_a_key(door: Running) -> None:
    """As ImapFlow sends what is not ASCII."""
    door.deliver("Subject: Grüße\r\n\r\nx\r\n".encode())
    client = door.client()
    client.send("x SEARCH CHARSET UTF-8 SUBJECT {7+}\r\ngrüße\r\n".encode())
    assert client.response() == b"* SEARCH 1\r\n"


def test_sort(door: Running) -> None:
    """By subject without Re:, by sender, reversed (RFC 5256)."""
    client = filled(door)
    assert client.ask("SORT (SUBJECT) UTF-8 ALL").untagged == [b"* SORT 2 1 3\r\n"]
    assert client.ask("UID SORT (FROM) UTF-8 ALL").untagged == [b"* SORT 2 3 1\r\n"]
    assert client.ask("SORT (REVERSE ARRIVAL) UTF-8 UNSEEN").untagged in ([b"* SORT 3 1\r\n"], [b"* SORT 1 3\r\n"])


def test_modseq(door: Running) -> None:
    """The highest of what was found comes with it (RFC 7162 §3.1.5)."""
    client = filled(door)
    (line,) = client.ask("SEARCH MODSEQ 1").untagged
    assert line.startswith(b"* SEARCH 1 2 3 (MODSEQ ")
