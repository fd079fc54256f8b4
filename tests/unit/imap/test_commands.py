"""Commands are values."""

import dataclasses
import inspect
from typing import get_args

import pytest

from mailcatch.imap import commands

TYPES = [
    each for _, each in inspect.getmembers(commands, dataclasses.is_dataclass) if each.__module__ == commands.__name__
]
PARTS = {commands.Flags, commands.SortKey, commands.Section, commands.BodyItem}


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.__name__)
def test_commands_cannot_change(type_: type):
    """Frozen, with slots, and hashable by value where a session compares them."""
    assert type_.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert hasattr(type_, "__slots__")
    assert type_.__doc__


def test_the_union_is_complete():
    """Whoever matches on Command sees every command."""
    assert set(get_args(commands.Command)) == set(TYPES) - PARTS
