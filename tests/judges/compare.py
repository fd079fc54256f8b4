"""Holding one dialogue with both servers, step by step, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from difflib import ndiff
from typing import Protocol

from tests.judges import imap_talk, normal, pop3_talk
from tests.judges.script import Dialogue, Section, Step, mail
from tests.judges.servers import Server


class Talk(Protocol):
    """The client's side of one section."""

    def hold(self, step: Step) -> list[bytes]:
        """Do one step; give the responses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one step: the lines that only Dovecot says, marked `- `, and those that only we say, `+ `."""

    section: Section
    step: Step
    difference: list[str]

    @property
    def expected(self) -> bool:
        """Whether the dialogue knows of exactly this."""
        return self.difference == self.step.difference and bool(self.step.reason) == bool(self.difference)

    def __str__(self) -> str:
        known = "\n    ".join(self.step.difference) or "(equal)"
        found = "\n    ".join(self.difference) or "(equal)"
        return f"line {self.step.number}: {self.step}\n  found:\n    {found}\n  told:\n    {known}"


def held(dialogue: Dialogue, dovecot: Server, ours: Server) -> Iterator[Outcome]:
    """Hold a dialogue with both; give the outcome of each step."""
    for section in dialogue.sections:
        theirs = list(answers(section, dovecot, dialogue.path.parent.name))
        mine = list(answers(section, ours, dialogue.path.parent.name))
        for step, their, our in zip(section.steps, theirs, mine, strict=True):
            yield Outcome(section, step, difference(their, our))


def answers(section: Section, server: Server, protocol: str) -> Iterator[list[str]]:
    """Hold one section with one server; give the normalised answer to each step."""
    with talk_of(protocol, server, section) as talk:
        for step in section.steps:
            if step.kind == "mail":
                for name in step.text.split():
                    server.deliver(section.user, mail(name))
                yield []
            else:
                yield _answer(protocol, talk, step)


def _answer(protocol: str, talk: Talk, step: Step) -> list[str]:
    try:
        said = talk.hold(step)
    except TimeoutError:
        return ["silence"]
    return normal.lines(said, step.text) if protocol == "imap" else pop3_talk.lines(said)


def talk_of(protocol: str, server: Server, section: Section) -> AbstractContextManager[Talk]:
    """Give the client for a folder of dialogues."""
    return imap_talk.Imap(server, section) if protocol == "imap" else pop3_talk.Pop3(server, section)


def difference(their: list[str], our: list[str]) -> list[str]:
    """Give the lines that only one says."""
    return [line.rstrip() for line in ndiff(their, our) if line[:2] in ("- ", "+ ")]
