"""`mailcatch jobs`: the queue, and what can be done with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mailcatch.app import Service
from tests.support.events import until
from tests.unit.cli.conftest import Command


@pytest.fixture
def job(command: Command, mail: str, relay_service: Service) -> str:
    """Release a mail to who is told to wait; give the job, deferred."""
    id = json.loads(command("release", mail, "--to", "ann@far.test", "--json").out)["id"]
    host, _, port = str(relay_service.info().http[0]).rpartition(":")
    until((host, int(port)), f"/v1/relay/jobs/{id}", lambda it: it["recipients"][0]["state"] == "deferred")
    return str(id)


def shown(command: Command, job: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("jobs", "show", job, "--json").out)
    return found


def test_list(command: Command, job: str):
    """A row for each recipient; alone it lists too; by state."""
    for arguments in (["jobs"], ["jobs", "list", "--state", "deferred"], ["jobs", "--limit", "5"]):
        out = command(*arguments).out
        assert job in out
        assert "ann@far.test" in out
    assert job not in command("jobs", "list", "--state", "sent").out
    assert json.loads(command("jobs", "--json").out)["jobs"][0]["id"] == job


def test_show(command: Command, job: str):
    """The job, then each attempt with its dialogue."""
    out = command("jobs", "show", job).out
    assert "450 4.2.1 not now" in out
    assert "-> RCPT TO:<ann@far.test>" in out
    assert json.loads(command("jobs", "show", job, "--attempt", "1", "--json").out)["n"] == 1


@pytest.mark.parametrize(("act", "state"), [("hold", "held"), ("cancel", "cancelled"), ("bounce", "failed")])
def test_acts(command: Command, job: str, act: str, state: str):
    """The state after it is printed."""
    assert state in command("jobs", act, job, "--to", "ann@far.test").out
    assert shown(command, job)["recipients"][0]["state"] == state


def test_retry_and_requeue(command: Command, job: str):
    """Now, and anew."""
    assert command("jobs", "retry", job).code == 0
    assert command("jobs", "requeue", job).code != 0  # it is under way, or waits
    assert command("jobs", "hold", "nonsense").code != 0
