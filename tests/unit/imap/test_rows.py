"""Rows into the items of FETCH."""

from array import array

from mailcatch.imap.rows import is_placed_only, placed_values, row_values
from mailcatch.imap.view import View
from mailcatch.model import FLAGGED, SEEN
from mailcatch.store.mailbox_api import Mailbox, Opened, Placed, Row, Status

BODY = b'("text" "plain" NIL NIL NIL "7bit" 5 1'
PLACED = Placed(7, 70, SEEN | FLAGGED, ("$a",), 99)
ROW = Row(PLACED, 123, 0, b"(envelope)", BODY + b" NIL NIL NIL NIL)")


def view() -> View:
    """Return a view in which message 7 is new."""
    status = Status(Mailbox(1, 1, "INBOX", None, True, 1), 1, 0, 0, 0, 0, 8, 99)
    made = View(Opened(status, array("I", [7]), None, 7, ()))
    made.claim(range(7, 8))
    return made


def test_values_stand_in_the_order_asked_for():
    """With their labels."""
    give = row_values(view(), ("ENVELOPE", "UID", "RFC822.SIZE", "INTERNALDATE", "BODY", "BODYSTRUCTURE", "MODSEQ"))
    assert give(ROW) == (
        b'ENVELOPE (envelope) UID 7 RFC822.SIZE 123 INTERNALDATE " 1-Jan-1970 00:00:00 +0000" BODY '
        + BODY
        + b") BODYSTRUCTURE "
        + BODY
        + b" NIL NIL NIL NIL) MODSEQ (99)"
    )


def test_flags_with_keywords_and_recent():
    r"""`\Recent` is the session's, the others the message's."""
    assert row_values(view(), ("FLAGS",))(ROW) == b"FLAGS (\\Flagged \\Seen $a \\Recent)"
    plain = Placed(7, 70, SEEN, (), 99)
    assert placed_values(view(), ("UID", "FLAGS"))(plain) == b"UID 7 FLAGS (\\Seen \\Recent)"
    assert placed_values(view(), ("FLAGS",))(Placed(6, 60, 0, (), 1)) == b"FLAGS ()"


def test_flags_and_numbers_need_no_row():
    """Everything else does."""
    assert is_placed_only(("UID", "FLAGS", "MODSEQ")) and not is_placed_only(("UID", "RFC822.SIZE"))
