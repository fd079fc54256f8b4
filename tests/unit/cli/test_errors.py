"""Each exception has its exit code and its sentence."""

import click
import pytest

from mailcatch.cli.errors import Missing, Refused, ServerFailed, Unreachable, code_of, sentence_of
from mailcatch.errors import ConfigError, Conflict, MailcatchError, NotFound, Overloaded, QueryError, StoreError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Missing("x"), 1), (Refused("x"), 2), (Unreachable("x"), 3), (ServerFailed("x"), 4), (click.UsageError("x"), 2),
        (ConfigError("x"), 2), (QueryError("x"), 2), (NotFound("x"), 1), (Conflict("x"), 1), (Overloaded("x"), 4),
        (StoreError("x"), 4),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_exit_codes(error: Exception, code: int):
    """1 not there, 2 said wrongly, 3 nobody answers, 4 the server failed."""
    assert code == code_of(error)
    assert sentence_of(error) == "x"


def test_every_exception_of_ours_ends_a_command_with_a_code():
    """No subclass is left without one."""
    for cls in MailcatchError.__subclasses__():
        error = cls.__new__(cls)
        assert code_of(error) in {1, 2, 4}
