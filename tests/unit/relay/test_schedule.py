"""When it is tried again."""

from __future__ import annotations

import pytest

from mailcatch.relay.schedule import DEV, HOUR, MINUTE, PROFILES, REAL


@pytest.mark.parametrize(
    ("tries", "wait"), [(1, 10_000), (2, 30_000), (3, 2 * MINUTE), (4, 10 * MINUTE), (5, 30 * MINUTE), (9, 30 * MINUTE)]
)
def test_dev(tries: int, wait: int):
    """Soon at first, then every half an hour."""
    assert DEV.next_at(tries, 1000) == 1000 + wait


def test_real():
    """As servers do: from a minute to four hours, for five days."""
    waits = [REAL.next_at(tries, 0) for tries in range(1, 9)]
    assert waits == [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR]
    assert (REAL.expire, DEV.expire) == (5 * 24 * HOUR, 2 * HOUR)


def test_profiles_have_their_names():
    """What the configuration calls them."""
    assert {name: each.name for name, each in PROFILES.items()} == {"dev": "dev", "real": "real"}
