"""mailcatch.web.budgets."""

from __future__ import annotations

import pytest

from mailcatch.web.budgets import Budget
from mailcatch.web.problems import Problem


def test_who_finds_no_place_is_told_to_come_again() -> None:
    """503 with Retry-After, and a place given back is free again, once."""
    budget = Budget("live connections", 1)
    give_back = budget.take()
    with pytest.raises(Problem) as caught:
        budget.take()
    assert (caught.value.status, dict(caught.value.all_headers)["Retry-After"]) == (503, "1")
    give_back()
    give_back()
    assert budget.taken == 0
    budget.take()
    assert budget.taken == 1
