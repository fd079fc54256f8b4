"""Every test of connections runs on both event loops: they differ in what they call, and when."""

import asyncio

import pytest
import uvloop

from tests.support import talk


@pytest.fixture(autouse=True, params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have doors run on this loop."""
    monkeypatch.setattr(talk, "LOOP", request.param)
