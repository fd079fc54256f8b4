"""SEARCH and SORT."""

import re

import pytest

from mailcatch.imap.handlers import searching
from tests.support.imap import Client, Running


def test_only_what_the_client_knows_is_found(door: Running, client: Client, user: str):
    """New mail has no number before EXISTS."""
    door.deliver(to=user)
    answer = client.ask("SEARCH ALL")
    assert answer.untagged[0] == b"* SEARCH 1 2 3\r\n" and answer.untagged[1] == b"* 4 EXISTS\r\n"


def test_recent_new_and_old(door: Running, client: Client, user: str):
    r"""By the session's own `\Recent`."""
    door.deliver(to=user)
    assert client.ask("SELECT INBOX").ok
    client.ask("STORE 4 +FLAGS.SILENT (\\Seen)")
    assert client.ask("SEARCH RECENT").untagged == [b"* SEARCH 4\r\n"]
    assert client.ask("SEARCH NEW").untagged == [b"* SEARCH\r\n"]
    assert client.ask("SEARCH OLD").untagged == [b"* SEARCH 1 2 3\r\n"]


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ("()", b" ALL 1:3"),
        ("(MIN)", b" MIN 1"),
        ("(MAX COUNT)", b" MAX 3 COUNT 3"),
    ],
)
def test_return(client: Client, returns: str, expected: bytes):
    """What was asked for (RFC 4731)."""
    (found,) = client.ask(f"SEARCH RETURN {returns} ALL").untagged
    assert found.endswith(b")" + expected + b"\r\n")
    (found,) = client.ask(f"SEARCH RETURN {returns} SUBJECT nothing").untagged
    assert found.endswith(b" COUNT 0\r\n" if "COUNT" in returns else b'")\r\n')


def test_modseq_of_what_is_returned(client: Client):
    """Of MIN its own, of all the highest (RFC 7162 §3.1.10)."""
    client.ask("STORE 3 +FLAGS.SILENT (x)")
    low = re.search(rb"MODSEQ (\d+)", client.ask("SEARCH RETURN (MIN) MODSEQ 1").untagged[0])
    high = re.search(rb"MODSEQ (\d+)", client.ask("SEARCH RETURN (MIN COUNT) MODSEQ 1").untagged[0])
    assert low and high and int(low[1]) < int(high[1])


def test_sort_of_many_pages(client: Client, monkeypatch: pytest.MonkeyPatch):
    """The order is of all, not of a page; with RETURN the order stays."""
    monkeypatch.setattr(searching, "_PAGE", 2)
    assert client.ask("UID SORT (REVERSE SUBJECT) UTF-8 ALL").untagged == [b"* SORT 3 2 1\r\n"]
    assert client.ask("SORT RETURN (ALL) (REVERSE ARRIVAL REVERSE SUBJECT) UTF-8 ALL").untagged[0].endswith(b"\r\n")
    client.ask("SELECT Junk")
    assert client.ask("SORT (SIZE) UTF-8 ALL").untagged == [b"* SORT\r\n"]
