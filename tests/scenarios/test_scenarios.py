"""Each scenario: the message that is named first, the condition that failed, as data; and the words, golden."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.cases import SCENARIOS, Scenario
from tests.scenarios.stage import staged, steadied
from tests.support.service import config

MANUAL = Path(__file__).parents[2] / "docs" / "testing-mail.md"
GOLDEN = Path(__file__).parent / "golden"


def played(scenario: Scenario, folder: Path) -> tuple[str | None, dict[str, Any]]:
    """Play a scenario on a server of its own; return the id that should be first, and the explanation."""
    with staged(scenario.configure(config(), folder)) as stage:
        asked = scenario.play(stage)
        status, problem = stage.ask("POST", "/v1/wait", {"query": asked.query, "within": 0, **asked.more})
    assert status == 409, problem
    return asked.first, problem["explanation"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, tmp_path: Path) -> None:
    """What a failed wait says."""
    scenario = SCENARIOS[name]
    first, explanation = played(scenario, tmp_path)
    nearest = explanation["nearest"]
    assert [each["id"] for each in nearest[:1]] == ([first] if first else [])
    failing = [leaf for leaf in nearest[0]["leaves"] if not leaf["passed"]] if nearest else []
    assert [leaf["field"] for leaf in failing] == ([scenario.field] if scenario.field else [])
    for leaf in failing:
        assert (scenario.why or "") in (leaf["why"] or "")
        assert leaf["why"] or scenario.why is None
    refused = [(each["code"], each["verb"]) for each in explanation["smtp"]["rejected"]]
    assert refused == ([scenario.refusal] if scenario.refusal else [])
    assert (GOLDEN / f"{name}.txt").read_text("utf-8") == steadied(explanation["text"]) + "\n"


def test_the_manual_shows_what_is_said() -> None:
    """Its example is a scenario's text."""
    (shown,) = re.findall(r"(?m)^```\n(No mail(?:(?!```).*\n)+)```$", MANUAL.read_text("utf-8"))
    assert steadied(shown) == (GOLDEN / "typo.txt").read_text("utf-8")


def test_no_golden_text_is_left_over() -> None:
    """Each belongs to a scenario, of which there are more than thirty."""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == SCENARIOS.keys()
    assert len(SCENARIOS) >= 30
