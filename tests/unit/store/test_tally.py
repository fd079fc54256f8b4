"""The numbers kept in memory."""

from mailcatch.model import FLAGGED, SEEN
from mailcatch.store.tally import Standing, Tally


def test_what_is_counted_in_can_be_counted_out():
    """In any state, back to nothing."""
    for origin in ("smtp", "append"):
        for flags in (0, SEEN, FLAGGED, SEEN | FLAGGED):
            for binned in (False, True):
                message = Standing(origin, flags, binned, 10)
                counted = Tally().plus(message)
                assert (counted.stored, counted.size) == (1, 10)
                assert counted.minus(message) == Tally()


def test_the_bin_counts_apart():
    """Total, unread and pinned leave it out."""
    tally = Tally()
    for flags, binned in ((0, False), (FLAGGED, False), (0, True)):
        tally = tally.plus(Standing("smtp", flags, binned, 1))
    assert (tally.total, tally.unread, tally.pinned, tally.binned) == (2, 2, 1, 1)


def test_appended_mail_is_stored_but_not_listed():
    """Drafts and sent mail of a mail client take room, and no list shows them."""
    tally = Tally().plus(Standing("append", 0, False, 7))
    assert tally == Tally(stored=1, size=7)
