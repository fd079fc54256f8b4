"""`mailcatch run` as a command; what it starts and ends, tests/e2e/test_run.py shows."""

import sys

import pytest

from mailcatch.cli import run_ as module
from mailcatch.cli.private import Address
from tests.unit.cli.conftest import Command


class Fake:
    """In the private server's place: nobody is there."""

    address = Address("127.0.0.1", 9, "http://127.0.0.1:9")
    is_running = True

    def __enter__(self) -> "Fake":
        return self

    def __exit__(self, *raised: object) -> None:
        """Do nothing."""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    import mailcatch.cli.private

    made = Fake()
    for place in (module, mailcatch.cli.private):
        monkeypatch.setattr(place, "PrivateServer", lambda: made)
    return made


def test_its_options_end_where_the_command_begins(command: Command, fake: Fake):
    """What follows is the command's own, with -- and without."""
    words = [sys.executable, "-c", "import sys; sys.exit(len(sys.argv))", "--preset", "-x"]
    assert command("run", *words).code == 3
    assert command("run", "--preset", "rails", "--", *words).code == 3


def test_what_cannot_be_asked_for(command: Command, fake: Fake):
    """Exit 2: no command, no such preset."""
    assert command("run").code == 2
    result = command("run", "--preset", "cobol", "true")
    assert (result.code, "django" in result.err) == (2, True)


def test_a_server_that_went_away_is_said(command: Command, fake: Fake):
    """The command's code stays; mails that cannot be fetched are no reason for another."""
    result = command("run", "--artifacts", "kept", "false")
    assert result.code == 1
    assert "mailcatch: --artifacts: no mailcatch answers" in result.err
    fake.is_running = False
    result = command("run", "true")
    assert (result.code, "ended before the command did" in result.err) == (0, True)
