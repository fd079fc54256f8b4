"""A message's way as text: to read in a terminal, and to paste into a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailcatch.model import Message
from mailcatch.trace_text import text_of
from mailcatch.web.path_steps import Destination, Step
from mailcatch.web.times import rfc3339

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]+")
_WITH_EVENTS = frozenset({"attempt"})
"""Steps whose events say more than their sentence."""


def path_text(message: Message, goals: Sequence[Destination], steps: Sequence[Step]) -> str:
    """Return recipients first, then each step with its time; attempts with their whole dialogue. Lines end by LF."""
    summary = message.summary
    head = [f"Message {summary.id}", f"Subject {_clean(summary.subject)}", f"From    <{_clean(summary.mail_from)}>", ""]
    return "".join(f"{line}\n" for line in (*head, *_recipients(goals), "", *_steps(steps)))


def _recipients(goals: Sequence[Destination]) -> Iterator[str]:
    yield "Recipients"
    for goal in goals:
        yield f"  {_clean(goal.address)}  {goal.route}, {_state(goal)}"
        if goal.rule:
            yield f"      rule: {_clean(goal.rule)}"


def _state(goal: Destination) -> str:
    sent = goal.traveller
    if sent is None:
        return goal.state
    tried = f" after {sent.attempts} attempt{'s' * (sent.attempts != 1)}" if sent.attempts else ""
    again = f", again at {rfc3339(sent.next_at)}" if sent.next_at is not None else ""
    said = " ".join(_clean(str(each)) for each in (sent.code, sent.enhanced, sent.text) if each)
    who = f" ({_clean(sent.mta)})" if sent.mta else ""
    unsure = ", possible duplicate" if sent.uncertain else ""
    return f"{goal.state}{tried}{again}{unsure}" + (f": {said}{who}" if said else "")


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    yield "Steps"
    for step in steps:
        which = f" {step.n} to {_clean(step.domain or '')}" if step.n is not None and step.kind == "attempt" else ""
        about = f" [{step.message}]" if step.message else ""
        yield f"  {rfc3339(step.at)}  {step.kind}{which}: {_clean(step.text)}{about}"
        if step.kind in _WITH_EVENTS:
            yield from (f"      {line}" for line in text_of(step.events).splitlines())


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
