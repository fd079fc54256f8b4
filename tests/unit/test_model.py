"""Values: frozen, small, and readable where they are shown."""

import inspect

import msgspec
import pytest

from mailcatch import model
from mailcatch.model import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN, Cursor, Listener

TYPES = [
    each
    for _, each in inspect.getmembers(model, inspect.isclass)
    if issubclass(each, msgspec.Struct) and each is not msgspec.Struct
]


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.__name__)
def test_values_cannot_change(type_: type):
    """They travel between threads."""
    assert type_.__struct_config__.frozen  # type: ignore[attr-defined]
    assert type_.__doc__


def test_the_flags_are_separate_bits():
    """They live in one integer of the database."""
    assert [SEEN, ANSWERED, FLAGGED, DRAFT, DELETED] == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    ("listener", "expected"),
    [(Listener("127.0.0.1", 25), "127.0.0.1:25"), (Listener("::1", 25), "[::1]:25")],
)
def test_a_listener_is_shown_as_it_is_dialled(listener: Listener, expected: str):
    """IPv6 addresses have brackets."""
    assert expected == str(listener)


def test_a_cursor_is_epoch_and_seq():
    """As clients send it back."""
    assert str(Cursor("9f3a11c2", 1204)) == "9f3a11c2.1204"
