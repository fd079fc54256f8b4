"""The numbers kept in memory."""

from mailcatch.model import FLAGGED, SEEN
from mailcatch.store.tally import Tally


def test_what_is_counted_in_can_be_counted_out():
    """In any state, back to nothing."""
    for flags in (0, SEEN, FLAGGED, SEEN | FLAGGED):
        for binned in (False, True):
            counted = Tally().with_message(flags, binned, 10)
            assert counted.size == 10
            assert counted.with_message(flags, binned, 10, -1) == Tally()


def test_the_bin_counts_apart():
    """Total, unread and pinned leave it out."""
    tally = Tally().with_message(0, False, 1).with_message(FLAGGED, False, 1).with_message(0, True, 1)
    assert (tally.total, tally.unread, tally.pinned, tally.binned) == (2, 2, 1, 1)
