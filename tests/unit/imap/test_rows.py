"""Rows of the store as FETCH shows them."""

from __future__ import annotations

from mailcatch.imap.rows import is_placed_only
from tests.support.imap import Running


def test_flags_need_no_message() -> None:
    """UID, FLAGS and MODSEQ are of the copy."""
    assert is_placed_only(["UID", "FLAGS", "MODSEQ"])
    assert not is_placed_only(["UID", "RFC822.SIZE"])


def test_every_attribute(door: Running) -> None:
    """In the order asked for."""
    door.deliver()
    client = door.client()
    (line,) = client.ask("FETCH 1 (UID RFC822.SIZE MODSEQ INTERNALDATE ENVELOPE BODY BODYSTRUCTURE FLAGS)").untagged
    places = [line.index(each) for each in (b"UID 1", b"RFC822.SIZE 25", b"MODSEQ (", b'INTERNALDATE "', b"ENVELOPE (",
                                            b"BODY (", b"BODYSTRUCTURE (", b"FLAGS (")]  # fmt: skip
    assert places == sorted(places)
    assert b'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1)' in line


def test_macros(door: Running) -> None:
    """FAST, ALL and FULL (RFC 3501 §6.4.5)."""
    door.deliver()
    client = door.client()
    assert b"ENVELOPE" not in client.ask("FETCH 1 FAST").untagged[0]
    assert b"ENVELOPE" in client.ask("FETCH 1 ALL").untagged[0]
    assert b"BODY (" in client.ask("FETCH 1 FULL").untagged[0]
