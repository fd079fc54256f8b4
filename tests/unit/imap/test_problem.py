"""The exception of reading commands."""

from mailcatch.imap.problem import Problem


def test_a_problem_is_bad_unless_told():
    """It carries all that an answer needs."""
    problem = Problem("expected a tag")
    assert (problem.condition, problem.code, problem.text, str(problem)) == (
        "BAD",
        None,
        "expected a tag",
        "expected a tag",
    )
    assert (Problem("too big", "NO", "TOOBIG").condition, Problem("too big", "NO", "TOOBIG").code) == ("NO", "TOOBIG")
