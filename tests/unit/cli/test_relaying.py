"""How jobs look on a terminal."""

from __future__ import annotations

import json

import pytest

from mailcatch.cli.relaying import print_events, print_job, print_jobs

RECIPIENT = {
    "address": "ann@far.test", "state": "deferred", "attempts": 2, "next_at": "2026-01-01T00:00:00.000Z", "code": 451,
    "enhanced": "4.3.2", "text": "later\x1b[2J", "uncertain": True,
}  # fmt: skip
JOB = {"id": "JOB", "subject": "Hi\x07", "sender": "app@home.test", "recipients": [RECIPIENT]}


def test_a_job(capsys: pytest.CaptureFixture[str]):
    """State, address, the next attempt, the reply; what a server sent moves no cursor."""
    print_job(JOB, as_json=False)
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Job JOB  Hi  from <app@home.test>"
    assert "deferred ann@far.test, next 2026-01-01T00:00:00.000Z: 451 4.3.2 later[2J (possible duplicate)" in out
    print_job(JOB, as_json=True)
    assert json.loads(capsys.readouterr().out) == JOB


def test_a_table(capsys: pytest.CaptureFixture[str]):
    """A row for each recipient."""
    print_jobs([JOB])
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["job", "state", "recipient"]
    assert row.split()[:4] == ["JOB", "deferred", "ann@far.test", "2"]


def test_a_trace(capsys: pytest.CaptureFixture[str]):
    """As in a ticket."""
    print_events({"events": [{"seq": 1, "t_ms": 1500, "kind": "smtp.c", "data": {"line": "QUIT"}}]})
    assert capsys.readouterr().out == "   1.500  -> QUIT\n"
