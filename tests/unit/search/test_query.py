"""mailcatch.search.query: the AST."""

from __future__ import annotations

import pytest

from mailcatch.errors import QueryError
from mailcatch.search.query import All, And, Not, Or, Query, Term, Word, checked, leaves, mentions_bin, opens_messages

A, B = Word(("a",), prefix=True), Word(("b",), prefix=False)
BINNED = Term("is", "eq", "binned")


def test_nodes_are_values() -> None:
    """Equal queries are equal values, wherever they stood, and can be kept in sets."""
    assert Word(("a",), prefix=True, at=7) == A
    assert {And((A, B)), And((Word(("a",), prefix=True, at=3), B))} == {And((A, B))}


def test_leaves_come_in_their_order() -> None:
    """What a query asks is listed from left to right."""
    assert list(leaves(Or((And((A, Not(BINNED))), B, All())))) == [A, BINNED, B]


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        (All(), False),
        (A, False),
        (BINNED, True),
        (Not(BINNED), True),
        (And((A, Or((B, BINNED)))), True),
        (Term("is", "eq", "read"), False),
    ],
)
def test_who_asks_about_the_bin(query: Query, asks: bool) -> None:
    """Binned mail is left out unless a query names it, in whatever place."""
    assert mentions_bin(query) is asks


def test_what_nobody_evaluates_is_said() -> None:
    """It is an error at its place, never an empty result."""
    odd = Term("header", "gt", "42", "x-run", at=9)
    assert checked(And((A, BINNED))) == And((A, BINNED))
    with pytest.raises(QueryError, match="Nobody knows header gt") as error:
        checked(And((A, Not(odd))))
    assert error.value.position == 9


def test_what_opens_messages() -> None:
    """Fields that are kept nowhere; how many attachments a mail has is known."""
    assert not opens_messages(And((A, BINNED, Term("attachment", "exists"))))
    assert opens_messages(Or((A, Not(Term("attachment", "glob", "*.pdf", "filename")))))
