"""Where new mail is placed."""

from __future__ import annotations

from mailcatch.store.places import CLOSED, Place, Places
from tests.contract.conftest import message


def test_nothing_is_open_at_first() -> None:
    """And then nothing is placed."""
    assert not CLOSED
    assert CLOSED.of(message(), ["default"]) == []


def test_mail_goes_to_each_account_once() -> None:
    """By its recipient, its domain, its inbox; `all` takes everything, binned mail into the Bin."""
    places = (
        Places()
        .opened("all", "", Place(1, 10, 11))
        .opened("address", "bob@x.test", Place(2, 20, 21))
        .opened("domain", "x.test", Place(3, 30, 31))
        .opened("inbox", "default", Place(4, 40, 41))
        .opened("address", "ann@x.test", Place(5, 50, 51))
    )
    assert places
    assert places.of(message(rcpt="bob@x.test"), ["default"]) == [10, 20, 30, 40]
    assert places.of(message(rcpt="eve@y.test", binned=True), ["default", "gw0"]) == [11, 40]


def test_opening_leaves_the_old_value_alone() -> None:
    """The writer goes back to it when a batch fails."""
    before = Places()
    before.opened("address", "a@b", Place(1, 2, 3))
    assert not before
