"""The server's explanation as values."""

from __future__ import annotations

from mailcatch.testing.explanation import Explanation, Leaf

LEAF = {"field": "subject", "operator": "contains", "expected": "x", "actual": "y", "passed": False, "why": None}
GIVEN = {
    "text": "No mail",
    "criteria": ["subject contains 'x'"],
    "nearest": [{"id": "A", "leaves": [LEAF, {**LEAF, "field": "to", "passed": True}]}],
    "smtp": {"connections": 3, "messages": 2, "rejected": []},
}


def test_the_nearest_and_what_it_fails() -> None:
    """Each leaf is a value; `failing` leaves out what holds."""
    found = Explanation.of({"explanation": GIVEN})
    assert (found.text, found.connections, found.accepted) == ("No mail", 3, 2)
    assert found.nearest[0].failing == (Leaf("subject", "contains", "x", "y", False, None),)


def test_of_several_expectations_each_failure_is_told() -> None:
    """The text names those that failed, and only those."""
    failed = [{"name": name, "passed": False, "explanation": GIVEN} for name in ("first", "second")]
    passed = {"name": "third", "passed": True, "explanation": None}
    assert Explanation.of({"results": [*failed, passed]}).text == "first: No mail\nsecond: No mail"


def test_a_problem_without_one_gives_its_own_words() -> None:
    """As `inbox-deleted` does."""
    assert Explanation.of({"detail": "The inbox was deleted."}) == Explanation("The inbox was deleted.")
