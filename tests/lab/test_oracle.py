"""Postfix as oracle: the scenarios, sent by a real Postfix that asks the same DNS."""

from __future__ import annotations

import pytest

from tests.lab.differences import differences
from tests.lab.postfix import Delivered, Postfix
from tests.lab.scenarios import ALL, Scenario, Stage, Staging

WORDS = {"sent": "sent", "bounced": "failed", "deferred": "deferred"}


def outcome(delivered: Delivered, stage: Stage) -> str:
    """Say what Postfix made of a recipient, in the words of the scenarios."""
    word = WORDS[delivered.status]
    return f"{word} {stage.hosts[delivered.host] if word == 'sent' else delivered.enhanced}"


@pytest.mark.parametrize("scenario", ALL, ids=lambda each: each.name)
def test_postfix_agrees_but_where_the_list_says(
    scenario: Scenario, oracle: Postfix, receiving: Postfix, staging: Staging
) -> None:
    """Each recipient fares as with mailcatch, or exactly as docs/specifications.md says."""
    with staging.staged(scenario) as stage:
        queue_id = oracle.send(scenario.mail_from, stage.recipients, scenario.raw)
        said: dict[str, list[str]] = {}
        for attempt in range(1, scenario.attempts + 1):
            if attempt > 1:
                oracle.again(queue_id)
            for to, each in oracle.outcomes(queue_id, stage.recipients, attempt).items():
                said.setdefault(to.rpartition("@")[0], []).append(outcome(each, stage))
    listed = {each.recipient: each.theirs for each in differences() if each.scenario == scenario.name}
    log = "\n".join(line for line in oracle.log.splitlines() if queue_id in line)
    assert {user: ", ".join(each) for user, each in said.items()} == {**scenario.expect, **listed}, log


def test_each_difference_is_one() -> None:
    """What the list says of mailcatch is what the scenario expects, and Postfix does something else."""
    expected = {(each.name, user): outcome for each in ALL for user, outcome in each.expect.items()}
    assert {(each.scenario, each.recipient): each.ours for each in differences()}.items() <= expected.items()
    assert [each for each in differences() if each.ours == each.theirs or not each.why] == []
