"""POP3, told in scripts: tests/dialogue/pop3. Two messages are there, to mrose@x.test."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailcatch.config import Pop3Section
from tests.dialogue.script import hold, read
from tests.support.pop3 import running

SCRIPTS = sorted(Path(__file__).with_name("pop3").glob("*.txt"))

ONE = b"Subject: one\r\n\r\nHello\r\n.\r\n.dot\r\nbye\r\n"
TWO = b"Subject: two\r\n\r\nno line end"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_dialogue(path: Path):
    """The server says what the script says, and keeps as many mails."""
    script = read(path)
    with running(Pop3Section(**script.settings)) as door:  # type: ignore[arg-type] # named in the script
        door.add(ONE, TWO, to=["mrose@x.test"])
        for step in hold(script, door.address):
            assert door.store.messages().total == int(step.text), f"line {step.number}: mails kept"


def test_each_script_says_what_it_shows():
    """The first line of each is a sentence."""
    assert [path.name for path in SCRIPTS if not path.read_text("utf-8").startswith("# ")] == []
