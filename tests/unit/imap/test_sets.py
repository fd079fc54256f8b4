"""Sequence sets: canonical, resolved in a view, fast whatever their size."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.imap.sets import HIGHEST, SequenceSet, compressed, merged, numbers_of, parse_set, uids_of

ENDS = st.one_of(st.integers(1, 40), st.just("*"))
ITEMS = st.one_of(ENDS.map(lambda end: (end,)), st.tuples(ENDS, ENDS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1", SequenceSet(((1, 1),))),
        (b"1,2,3,7", SequenceSet(((1, 3), (7, 7)))),
        (b"7,1:4,2:5", SequenceSet(((1, 5), (7, 7)))),
        (b"9:5", SequenceSet(((5, 9),))),
        (b"*", SequenceSet((), HIGHEST)),
        (b"71:*", SequenceSet((), 71)),
        (b"*:71", SequenceSet((), 71)),
        (b"*,9:*,3", SequenceSet(((3, 3),), 9)),
        (b"*:*", SequenceSet((), HIGHEST)),
        (b"4294967295", SequenceSet(((HIGHEST, HIGHEST),))),
    ],
)
def test_a_set_has_one_form(text: bytes, expected: SequenceSet):
    """Order, overlap and repetition make no difference; reversed ranges are ranges."""
    assert parse_set(text) == expected


@pytest.mark.parametrize(
    "text",
    [b"", b"0", b"1,", b",1", b"1:", b":1", b"1::2", b"a", b"1 ", b"1:2:3", b"01", b"4294967296", b"99999999999"],
)
def test_what_is_no_set_is_refused(text: bytes):
    """Zero, loose commas and numbers beyond 32 bits."""
    with pytest.raises(ValueError, match=r"."):
        parse_set(text)


def test_the_star_is_the_last_message():
    """`71:*` with highest UID 70 has the last message in it; in an empty mailbox it is nothing (RFC 3501 §6.4.8)."""
    assert parse_set(b"71:*").within(70) == ((70, 70),)
    assert parse_set(b"5:*").within(70) == ((5, 70),)
    assert parse_set(b"*").within(70) == ((70, 70),)
    assert parse_set(b"1:3,*").within(70) == ((1, 3), (70, 70))
    assert parse_set(b"1:3,*").within(4) == ((1, 4),)
    assert parse_set(b"*").within(0) == parse_set(b"1:*").within(0) == ()


def test_numbers_beyond_the_last_are_cut_off():
    """And the greatest one tells whether there were any."""
    assert parse_set(b"1,3:9,20").within(5) == ((1, 1), (3, 5))
    assert parse_set(b"1,3:9,20").greatest == 20
    assert parse_set(b"5:*").greatest == 0


def test_a_view_gives_uids_and_numbers():
    """UIDs that are not there are passed over; a range of numbers is a range of UIDs."""
    uids = [2, 3, 5, 8, 13]
    assert parse_set(b"1:4,6,13:20").in_view(uids) == ((1, 2), (5, 5))
    assert parse_set(b"99:*").in_view(uids) == ((5, 5),)
    assert parse_set(b"1:*").in_view([]) == ()
    assert numbers_of([(4, 4), (6, 7)], uids) == ()
    assert uids_of([(1, 3), (5, 5)], uids) == ((2, 5), (13, 13))


@given(st.lists(ITEMS, min_size=1, max_size=20), st.integers(0, 30))
def test_a_set_means_what_its_items_mean(items: list[tuple[int | str, ...]], last: int):
    """However it is written, it has exactly the messages of its items (RFC 3501 §9)."""
    text = ",".join(":".join(map(str, item)) for item in items).encode()
    ranges = parse_set(text).within(last)
    expected = set()
    for item in items:
        low, high = sorted(last if end == "*" else end for end in (item[0], item[-1]))
        expected |= {number for number in range(low, high + 1) if 1 <= number <= last}
    assert {number for low, high in ranges for number in range(low, high + 1)} == expected
    assert merged(ranges) == ranges


@given(st.lists(st.integers(1, 50)))
def test_compressing_loses_nothing(numbers: list[int]):
    """Ranges are ascending and do not touch."""
    ranges = compressed(numbers)
    assert [number for low, high in ranges for number in range(low, high + 1)] == sorted(set(numbers))
    assert all(one[1] + 1 < other[0] for one, other in pairwise(ranges))


@pytest.mark.parametrize(
    "text",
    [
        b",".join(b"%d" % number for number in range(100_001, 398_001, 2)),
        b",".join(b"%d:%d" % (number, number + 1) for number in range(398_000, 100_000, -4)),
        b"*," * 520_000 + b"1",
        b"1:2," * 260_000 + b"3",
        b"1," * 520_000,
    ],
    ids=["numbers", "ranges", "stars", "the same", "broken at the end"],
)
def test_a_megabyte_is_read_at_once(text: bytes):
    """Clients name each message of a large mailbox by its UID."""
    start = time.process_time()
    try:
        parse_set(text).within(300_000)
    except ValueError:
        assert text.endswith(b",")
    assert time.process_time() - start < 1
