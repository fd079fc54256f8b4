"""Which handler answers which command, where."""

from typing import get_args

import pytest

from mailcatch.imap import commands
from mailcatch.imap.handlers import registry
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import News, State, in_uid_form, news_after
from mailcatch.imap.sets import parse_set

ONE = parse_set(b"1")


def test_every_command_has_a_handler():
    """What can be parsed can be answered."""
    assert registry.commands == set(get_args(commands.Command))


@pytest.mark.parametrize(
    ("command", "state", "text"),
    [
        (commands.Namespace(), State.NOBODY, "log in first"),
        (commands.Login("a", "b"), State.AUTHENTICATED, "logged in already"),
        (commands.Check(), State.AUTHENTICATED, "select a mailbox first"),
        (commands.Select("x", read_only=False), State.NOBODY, "log in first"),
    ],
)
def test_a_command_in_the_wrong_state_is_bad(command: commands.Command, state: State, text: str):
    """And is told what would be right."""
    with pytest.raises(Problem, match=text) as caught:
        registry.find(command, state)
    assert caught.value.condition == "BAD"


def test_no_expunge_while_numbers_are_in_use():
    """FETCH, STORE, SEARCH by sequence number; by UID it may be said."""
    for by_uid, news in ((False, News.NO_EXPUNGE), (True, News.ALL)):
        command = commands.Fetch(by_uid, ONE, ("FLAGS",))
        assert news_after(command, registry.find(command, State.SELECTED)) is news
        assert in_uid_form(command) is by_uid
    for command in (commands.Noop(), commands.Copy(False, ONE, "x"), commands.Expunge(), commands.Check()):
        assert news_after(command, registry.find(command, State.SELECTED)) is News.ALL
    close = commands.Close()
    assert news_after(close, registry.find(close, State.SELECTED)) is News.NONE
