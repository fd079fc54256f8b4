"""mailcatch.web.selecting: which messages a request means."""

from __future__ import annotations

from datetime import UTC

import pytest
from msgspec import UNSET

from mailcatch.errors import NotFound, QueryError
from mailcatch.store.api import Selection
from mailcatch.web.problems import Problem
from mailcatch.web.selecting import MAX_IDS, checked_id, query_of, selection, zone
from tests.support.web import Web

ID = "01K" + "0" * 23


def test_a_blank_query_is_none() -> None:
    """It is not "everything"."""
    assert query_of("") is None
    assert query_of(" \t") is None
    assert query_of("hello") is not None
    with pytest.raises(QueryError):
        query_of("sbject:x")


@pytest.mark.parametrize("name", ["Nowhere", "../../etc/passwd", "/etc/localtime", "", "Europe", "a\0b", "x" * 64])
def test_zones_that_are_none(name: str) -> None:
    """A zone's name never becomes a path outside the zones."""
    with pytest.raises(Problem):
        zone(name)


def test_zones() -> None:
    """By their names."""
    assert zone("UTC") is UTC
    assert str(zone("Europe/Berlin")) == "Europe/Berlin"


def test_ids_are_checked_before_they_are_looked_up() -> None:
    """What cannot be an id is no message."""
    assert checked_id(ID) == ID
    with pytest.raises(NotFound):
        checked_id("x")


def test_exactly_one_selector(door: Web) -> None:
    """Ids, a query or everything; none is a problem of its own, two are one as well."""
    store = door.store
    assert selection(store, ids=[ID], query=UNSET, everything=False, until=UNSET) == Selection(ids=(ID,))
    assert selection(store, ids=UNSET, query=UNSET, everything=True, until=UNSET) == Selection(everything=True)
    assert selection(store, ids=UNSET, query="hello", everything=False, until=UNSET).query is not None
    for ids, query, everything, kind in (
        (UNSET, UNSET, False, "selector-missing"),
        ([], UNSET, False, "selector-missing"),
        (UNSET, " ", False, "selector-missing"),
        ([ID], "x", False, "bad-parameter"),
        ([ID], UNSET, True, "bad-parameter"),
        ([ID] * (MAX_IDS + 1), UNSET, False, "bad-parameter"),
    ):
        with pytest.raises(Problem) as caught:
            selection(store, ids=ids, query=query, everything=everything, until=UNSET)  # type: ignore[arg-type]
        assert caught.value.kind == kind


def test_until_is_a_cursor(door: Web) -> None:
    """It bounds the selection by its seq."""
    door.deliver()
    until = str(door.store.cursor())
    bound = selection(door.store, ids=UNSET, query="x", everything=False, until=until).until
    assert bound == door.store.cursor().seq
