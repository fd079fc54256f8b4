"""The dialogues: we answer as Dovecot does, but for the differences that a dialogue names with their reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judges.compare import held
from tests.judges.script import read
from tests.judges.servers import Ours, Theirs, ours, theirs

HERE = Path(__file__).parent
DIALOGUES = sorted(HERE.glob("*/*.txt"))


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Theirs]:
    """Run one Dovecot for all dialogues: each section is another user's."""
    with theirs() as running:
        yield running


@pytest.fixture(scope="module")
def mailcatch() -> Iterator[Ours]:
    """Run one of ours."""
    with ours() as running:
        yield running
        assert "Traceback" not in running.running.log


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_dialogue(path: Path, dovecot: Theirs, mailcatch: Ours):
    """Both say the same, except where the dialogue tells what differs."""
    unexpected = [outcome for outcome in held(read(path), dovecot, mailcatch) if not outcome.expected]
    assert not unexpected, "\n" + "\n".join(map(str, unexpected))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_difference_has_its_reason(path: Path):
    """No difference stands without a sentence, no sentence without a difference."""
    steps = [step for step in read(path).steps if step.reason or step.difference]
    assert [step for step in steps if "?" in step.reason or len(step.reason) < 15 or not step.difference] == []


def test_the_dialogues_are_long_enough():
    """Every subject is asked about: 250 commands of IMAP, 50 of POP3."""
    said = {"imap": 0, "pop3": 0}
    for path in DIALOGUES:
        said[path.parent.name] += sum(section.commands for section in read(path).sections)
    assert said["imap"] >= 250
    assert said["pop3"] >= 50
