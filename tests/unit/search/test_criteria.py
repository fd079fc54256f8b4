"""The tree of IMAP's SEARCH."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from mailcatch.search.criteria import AllOf, Flag, Not


def test_trees_are_values() -> None:
    """Equal if they ask the same, and nobody changes one."""
    assert AllOf((Flag(1), Not(Flag(2)))) == AllOf((Flag(1), Not(Flag(2))))
    with pytest.raises(FrozenInstanceError):
        Flag(1).bit = 2  # type: ignore[misc]
