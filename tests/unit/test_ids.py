"""Identifiers: ordered by time, unique, and recognisable."""

import pytest

from mailcatch.ids import is_id, new_id


def test_an_id_has_26_characters_of_crockfords_base_32():
    """Every id of ours is recognised as one."""
    made = [new_id() for _ in range(1000)]
    assert all(len(each) == 26 and is_id(each) for each in made)
    assert len(set(made)) == 1000


def test_ids_sort_by_time():
    """The first ten characters are the milliseconds: a later id sorts after an earlier one."""
    times = [0, 1, 1_700_000_000_000, 1_700_000_000_001, (1 << 48) - 1]
    made = [new_id(at) for at in times]
    assert made == sorted(made)
    assert made[0].startswith("0000000000")
    assert made[-1].startswith("7ZZZZZZZZZ")


def test_the_time_is_the_ulid_specifications():
    """The example of the specification: 1469918176385 ms is 01ARYZ6S41."""
    assert new_id(1_469_918_176_385)[:10] == "01ARYZ6S41"


@pytest.mark.parametrize(
    "text",
    ["", "latest", "01ARYZ6S41" + "0" * 15, "01ARYZ6S41" + "0" * 17, "81ARYZ6S41" + "0" * 16, "01ARYZ6S41" + "I" * 16,
     "01aryz6s41" + "0" * 16, "01ARYZ6S41" + "0" * 16 + "\n", "../../../../../../etc/pass"],
)  # fmt: skip
def test_what_is_no_id_never_reaches_a_look_up(text: str):
    """Wrong length, letters outside the alphabet, more than 128 bits, a path."""
    assert not is_id(text)
