"""The inboxes as the writer knows them."""

from __future__ import annotations

import pytest

from mailcatch.store.api import Destination
from mailcatch.store.known import AT_ONCE, MOST_AUTOMATIC, ONLY_DEFAULT, Known, KnownInboxes


def having(*names: str, automatic: bool = True) -> KnownInboxes:
    found = ONLY_DEFAULT
    for number, name in enumerate(names, 2):
        found = found.having(name, Known(number, automatic, used_at=number))
    return found


@pytest.mark.parametrize(
    ("destination", "names"),
    [
        (Destination(), ("default",)),
        (Destination(named=("new",)), ("new",)),
        (Destination(addressed=("gw0", "nope")), ("gw0",)),
        (Destination(addressed=("nope",)), ("default",)),
        (Destination(addressed=("nope",), fallback=("ci",)), ("ci",)),
        (Destination(fallback=()), ()),
    ],
)
def test_where_a_destination_leads(destination: Destination, names: tuple[str, ...]):
    """What is addressed must be there; what is named is made."""
    assert having("gw0").of(destination) == names


def test_an_inbox_made_anew_has_another_number():
    """So that who waits at the old one is not fooled."""
    before = having("a")
    without = before.without(["a"])
    assert without.number("a") is None
    assert without.next_number == before.next_number


def test_the_least_recently_used_make_room():
    """Several at once, and never those that mail comes to just now, or that somebody made."""
    names = [f"n{number}" for number in range(MOST_AUTOMATIC + 1)]
    crowded = having(*names).having("mine", Known(5000, automatic=False, used_at=0))
    out = crowded.crowded_out(["n0"])
    assert len(out) == AT_ONCE
    assert out[0] == "n1"
    assert "mine" not in out
    assert having(*names[:-1]).crowded_out([]) == []


def test_expiry():
    """The next one is known without a look at the database."""
    timed = ONLY_DEFAULT.having("a", Known(2, False, 0, expires_at=50)).having("b", Known(3, False, 0, expires_at=70))
    assert (timed.next_expiry(), timed.expired(60), ONLY_DEFAULT.next_expiry()) == (50, ["a"], None)
