"""`mailcatch rm`: only what was said, for ever."""

import json
from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import MAIL, Command


def ids(command: Command) -> list[str]:
    return [line.split("\t")[0] for line in command("ls").out.splitlines()]


def test_by_id(command: Command, url: str, deliver: Callable[..., str]):
    """The named ones go, the others stay; again is no error (G14)."""
    one, two, three = deliver(), deliver(), deliver()
    assert command("rm", one, three).err == "2 messages deleted\n"
    assert ids(command) == [two]
    again = command("rm", one)
    assert (again.code, again.err) == (0, "0 messages deleted\n")
    assert json.loads(command("rm", "latest", "--json").out) == {"deleted": 1}


def test_by_query(command: Command, url: str, deliver: Callable[..., str]):
    """What a query finds."""
    deliver(MAIL.replace(b"Hello", b"Invoice"))
    kept = deliver()
    assert command("rm", "--query", "subject:invoice").code == 0
    assert ids(command) == [kept]


def test_all_must_be_said_twice(command: Command, url: str, deliver: Callable[..., str]):
    """--all alone deletes nothing where nobody can be asked."""
    kept = deliver()
    refused = command("rm", "--all")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert ids(command) == [kept]
    assert command("rm", "--all", "--yes").code == 0
    assert ids(command) == []


@pytest.mark.parametrize(
    "arguments", [[], ["--query", ""], ["--query", "  "], [""], ["x", "--all"], ["x", "--query", "y"], ["--yes"]]
)
def test_a_selector_that_says_nothing_deletes_nothing(
    command: Command, url: str, deliver: Callable[..., str], arguments: list[str]
):
    """Empty, missing, or two at a time: exit 2 (G13)."""
    kept = deliver()
    assert command("rm", *arguments).code == 2
    assert ids(command) == [kept]


def test_a_query_that_cannot_be_read_deletes_nothing(command: Command, url: str, deliver: Callable[..., str]):
    """A mistake is exit 2."""
    kept = deliver()
    assert command("rm", "--query", "sbject:x").code == 2
    assert ids(command) == [kept]


def test_more_ids_than_fit_one_request(command: Command, url: str, deliver: Callable[..., str]):
    """Hundreds are split."""
    gone = [f"01ARYZ6S41{number:016d}" for number in range(450)]
    one = deliver()
    assert command("rm", *gone, one).err == "1 message deleted\n"
