"""Each scenario of the table by mailcatch's own attempts, and the trace that shows why."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mailcatch.trace import RecipientResult
from tests.lab.certificates import Certificates
from tests.lab.driving import SETTINGS, Journey
from tests.lab.scenarios import ALL, Scenario, Stage, Staging


def outcome(result: RecipientResult, journey: Journey, stage: Stage) -> str:
    """Say what became of a recipient, in the words of the scenarios: who takes a mail is whom was connected to last."""
    if result.state != "sent":
        return f"{result.state} {result.enhanced}"
    opened = [event.data["address"] for event in journey.events if event.kind == "tcp.open"]
    return f"sent {stage.hosts[opened[-1]]}"


@pytest.mark.parametrize("scenario", ALL, ids=lambda each: each.name)
def test_scenario(
    scenario: Scenario, staging: Staging, certificates: Certificates, request: pytest.FixtureRequest
) -> None:
    """Each recipient fares as the table says, the hosts that must be left alone are, and the trace shows the reason."""
    if " p" in scenario.zone:
        request.getfixturevalue("receiving")
    settings = replace(SETTINGS, ca_file=str(certificates.authority))
    said: dict[str, list[str]] = {}
    with staging.staged(scenario) as stage:
        journey = Journey(scenario.mail_from, stage.domain, tuple(stage.recipients), scenario.raw, settings)
        for _ in range(scenario.attempts):
            for address, result in journey.attempt().items():
                said.setdefault(address.rpartition("@")[0], []).append(outcome(result, journey, stage))
        touched = [name for name in scenario.untouched if name in stage.mtas and stage.mtas[name].talks]
    assert {user: ", ".join(each) for user, each in said.items()} == scenario.expect, journey.text
    assert touched == [], journey.text
    assert [each for each in scenario.shows if each not in journey.kinds and each not in journey.text] == [], (
        journey.text
    )
