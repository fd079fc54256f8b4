"""mailcatch.web.cursors: where a client stands in the log."""

from __future__ import annotations

import itertools
import time

import pytest

from mailcatch.web.cursors import cursor_text, parse_cursor, parse_since, seq_at
from mailcatch.web.problems import Problem
from mailcatch.web.times import rfc3339
from tests.support.web import Web


def kind_of(function: object, *arguments: object) -> str:
    """Return the problem that a call raises."""
    with pytest.raises(Problem) as caught:
        function(*arguments)  # type: ignore[operator]
    return caught.value.kind


def test_a_cursor_is_read_back(door: Web) -> None:
    """What we write, we understand; another epoch and another future we refuse."""
    door.deliver()
    now = door.store.cursor()
    assert parse_cursor(door.store, cursor_text(door.store, now.seq), "since") == now.seq
    assert kind_of(parse_cursor, door.store, f"{now.epoch}.{now.seq + 1}", "since") == "cursor-expired"
    assert kind_of(parse_cursor, door.store, f"other.{now.seq}", "since") == "cursor-expired"


@pytest.mark.parametrize("text", ["", "x", "1", ".1", "a.", "a.b", "a.-1", "a.1.2", "a.1\n", "a." + "9" * 40])
def test_what_is_no_cursor(door: Web, text: str) -> None:
    """It is a bad parameter, not an expired cursor."""
    assert kind_of(parse_cursor, door.store, text, "since") == "bad-parameter"


def test_since_in_words_and_times(door: Web) -> None:
    """now, start, so long ago, at that time: each is a place in the log."""
    seqs = []
    for _ in range(9):
        door.deliver()
        seqs.append(door.store.cursor().seq)
        threshold = time.time_ns() // 1_000_000
        while time.time_ns() // 1_000_000 == threshold:  # the next event is of a later millisecond
            pass
    store, events = door.store, door.store.events(0).events
    assert (parse_since(store, "now"), parse_since(store, "start")) == (seqs[-1], 0)
    assert (parse_since(store, "0s"), parse_since(store, "1h")) == (seqs[-1], 0)
    for before, event in itertools.pairwise(events):
        assert parse_since(store, rfc3339(event.at)) == before.seq
        assert parse_since(store, rfc3339(event.at).replace("Z", " 00:00")) == before.seq  # a plus not escaped
    assert kind_of(parse_since, store, "yesterday") == "bad-parameter"


def test_the_place_of_a_time_in_an_empty_log(door: Web) -> None:
    """It is the beginning."""
    assert seq_at(door.store, 10**15) == door.store.cursor().seq
    assert seq_at(door.store, 0) == 0
