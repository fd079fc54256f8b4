"""What a user name opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailcatch.bus import Bus
from mailcatch.login import EVERYTHING, account_of, spelt
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Open a store, which has the inbox `default`."""
    made = open_store(None, Bus())
    yield made
    made.close()


@pytest.mark.parametrize(
    "user",
    [
        "",
        " ",
        "all",
        "ALL",
        "nobody-we-know",
        "user@",
        "@",
        "@@x.test",
        "a b",
        "'; DROP TABLE accounts",
        "\0",
        "x" * 5_000 + "@x.test",
    ],
)
def test_what_is_nothing_of_ours_opens_everything(store: Store, user: str):
    """A name out of a tutorial shows all mail instead of none."""
    assert account_of(user, store) == EVERYTHING == ("all", "")


@pytest.mark.parametrize("user", ["ann@x.test", " Ann@X.TEST ", '"ann"@x.test', "ann@x.test."])
def test_an_address_opens_what_was_delivered_to_it(store: Store, user: str):
    """However it is spelt, it is one account."""
    assert account_of(user, store) == ("address", "ann@x.test")


def test_an_address_may_have_more_than_one_at(store: Store):
    """The last one divides it."""
    assert account_of('"a@b"@x.test', store) == ("address", '"a@b"@x.test')


@pytest.mark.parametrize("user", ["@x.test", "@X.test.", " @x.test"])
def test_a_domain_opens_everything_for_it(store: Store, user: str):
    """With its sign before it."""
    assert account_of(user, store) == ("domain", "x.test")


def test_a_domain_in_other_letters_is_one_account(store: Store):
    """As U-label and as A-label."""
    assert account_of("@bücher.test", store) == account_of("@xn--bcher-kva.test", store)


def test_an_inbox_opens_by_its_name(store: Store):
    """In any case of letters."""
    assert [account_of(user, store) for user in ("default", " Default ")] == [("inbox", "default")] * 2


def test_accounts_are_spelt_as_the_names_that_open_them(store: Store):
    """There and back."""
    assert [spelt(account_of(user, store)) for user in ("x", "default", "ann@x.test", "@x.test")] == [
        "all",
        "default",
        "ann@x.test",
        "@x.test",
    ]
