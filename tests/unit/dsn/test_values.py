"""What a report says, as values."""

from __future__ import annotations

from typing import get_args

import msgspec

from mailcatch.dsn.values import ACTIONS, Action, Report, Reported, Returned


def test_actions_are_those_of_the_type():
    """What is read is checked against them."""
    assert frozenset(get_args(Action)) == ACTIONS


def test_they_go_through_json():
    """So that a store can keep them."""
    returned = Returned(Report("mx", (Reported("a@b", "failed", "5.1.1"),)), "<1@x>", ("id",))
    assert msgspec.json.decode(msgspec.json.encode(returned), type=Returned) == returned
