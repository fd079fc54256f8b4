"""SMTP, told in scripts: tests/dialogue/smtp."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailcatch.config import SmtpSection
from tests.dialogue.script import hold, read
from tests.support.smtp import running

SCRIPTS = sorted(Path(__file__).with_name("smtp").glob("*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_dialogue(path: Path):
    """The server says what the script says, and stores as many mails."""
    script = read(path)
    with running(SmtpSection(**script.settings)) as door:  # type: ignore[arg-type] # named in the script
        for step in hold(script, door.address):
            assert door.store.messages().total == int(step.text), f"line {step.number}: mails stored"


def test_each_script_says_what_it_shows():
    """The first line of each is a sentence."""
    assert [path.name for path in SCRIPTS if not path.read_text("utf-8").startswith("# ")] == []
