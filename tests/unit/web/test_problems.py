"""mailcatch.web.problems: the table from exceptions to answers."""

from __future__ import annotations

import json

from mailcatch import errors
from mailcatch.web.problems import ERRORS, KINDS, Problem, problem_for_status, problem_of


def subclasses(cls: type) -> set[type]:
    """Return a class's subclasses, all the way down."""
    return {cls for child in cls.__subclasses__() for cls in (child, *subclasses(child))}


def test_every_exception_has_its_answer() -> None:
    """The table is complete, and names only types that exist."""
    ours = {cls for cls in subclasses(errors.MailcatchError) if cls.__module__.startswith("mailcatch")}
    assert ours == set(ERRORS)
    assert set(ERRORS.values()) <= set(KINDS)


def test_a_query_error_knows_where() -> None:
    """Position and suggestion are members of the problem."""
    problem = problem_of(errors.QueryError("no such field", 3, "to"))
    assert json.loads(problem.body()) == {
        "type": "https://mailcatch.example/problems/query-error",
        "title": "The query cannot be read",
        "status": 400,
        "detail": "no such field",
        "position": 3,
        "suggestion": "to",
    }


def test_busy_says_when_to_come_again() -> None:
    """Every 503 carries Retry-After."""
    assert all(
        ("Retry-After", "1") in Problem(kind, "").all_headers for kind, known in KINDS.items() if known.status == 503
    )


def test_an_error_below_the_application() -> None:
    """It has the same form, also for statuses without a type of ours."""
    assert json.loads(problem_for_status(413, "x"))["type"].endswith("/too-large")
    assert json.loads(problem_for_status(505, ""))["type"] == "about:blank"
