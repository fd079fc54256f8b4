"""mailcatch.control: the values that app hands to the web."""

from __future__ import annotations

import dataclasses

import pytest

from mailcatch.control import Info, Limits


def test_info_is_frozen() -> None:
    """Who is told the state cannot change it; a process is not ready before it says so."""
    info = Info("1.0", "x.db", Limits(1, 2))
    assert not info.ready
    assert not info.stopping
    with pytest.raises(dataclasses.FrozenInstanceError):
        info.ready = True  # type: ignore[misc]
