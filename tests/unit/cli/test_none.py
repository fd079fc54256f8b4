"""`mailcatch none`: that nothing comes."""

from collections.abc import Callable

import pytest

from tests.support.scripted import problem, scripted
from tests.unit.cli.conftest import Command

PASSED = (200, {"messages": [], "cursor": "a.1"})


@pytest.mark.parametrize(
    ("options", "within", "until"),
    [([], 0, None), (["--for", "2s"], 2, None), (["--until", "subject:end"], 10, "subject:end")],
)
def test_what_is_asked(command: Command, options: list[str], within: float, until: str | None):
    """Now, for a while, or until a sign."""
    with scripted(PASSED) as script:
        result = command("none", "--to", "eve@x.test", *options, "--url", script.url)
        assert (result.code, result.out, result.err) == (0, "", "")
        body = script.asked[0][1]
        assert (body["count"], body["within"], body.get("until")) == ("none", within, until)


def test_it_came(command: Command):
    """Exit 1, and what it was."""
    with scripted(problem("not-matched", explanation={"text": "1 mail matched"})) as script:
        result = command("none", "--to", "eve@x.test", "--url", script.url)
        assert (result.code, result.err) == (1, "1 mail matched\n")
        assert command("none", "--url", script.url).code == 2


def test_a_real_server(command: Command, url: str, deliver: Callable[..., str], waits: None):
    """What is there fails at once, what is not passes."""
    deliver()
    assert command("none", "--to", "bob@x.test", "--for", "30s").code == 1
    assert command("none", "--to", "eve@x.test").code == 0
    assert command("none", "--to", "eve@x.test", "--for", "50ms").code == 0
