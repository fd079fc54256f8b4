"""What DNS says."""

from __future__ import annotations

from mailcatch.relay.answers import Mx


def test_records_sort_by_preference_then_name():
    """Sorting decides which equals are shuffled together."""
    assert sorted([Mx(20, "a"), Mx(5, "z"), Mx(20, "A")]) == [Mx(5, "z"), Mx(20, "A"), Mx(20, "a")]
