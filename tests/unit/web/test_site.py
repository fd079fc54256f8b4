"""mailcatch.web.site: tokens, and waiting for writes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest

from mailcatch.errors import StoreError
from mailcatch.ids import new_id
from mailcatch.web import site as module
from mailcatch.web.problems import Problem
from mailcatch.web.site import Tokens
from tests.support.web import Web


def test_a_token_opens_its_own_message_only() -> None:
    """Made by one process, it means nothing to another."""
    ours, theirs, id = Tokens(), Tokens(), new_id()
    assert ours.check(ours.make(id)) == id
    for token in (theirs.make(id), ours.make(id)[:-1], ours.make(id) + "0", "", new_id() + ours.make(id)[26:]):
        with pytest.raises(Problem):
            ours.check(token)


def test_a_write_gives_its_result_or_its_error(door: Web) -> None:
    """As soon as it is there."""
    good: Future[int] = Future()
    good.set_result(1)
    bad: Future[int] = Future()
    bad.set_exception(StoreError("no"))
    assert door.door.site.result(good) == 1
    with pytest.raises(StoreError):
        door.door.site.result(bad)


def test_a_write_is_waited_for(door: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is done, and no longer."""
    monkeypatch.setattr(module, "_WRITE_TIMEOUT", 5)
    later: Future[int] = Future()
    begun = time.monotonic()
    threading.Timer(0.02, later.set_result, [1]).start()
    assert door.door.site.result(later) == 1
    assert time.monotonic() - begun < 4


def test_nobody_waits_for_a_write_for_ever(door: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the server stops, whoever waits is told; and when the database never answers, too."""
    monkeypatch.setattr(module, "_LAST_GRACE", 0.01)
    monkeypatch.setattr(module, "_WRITE_TIMEOUT", 0.01)
    with pytest.raises(Problem) as caught:
        door.door.site.result(Future())
    assert caught.value.kind == "busy"
    door.stop.set()
    door.door.site.stopping.result(5)
    with pytest.raises(Problem) as caught:
        door.door.site.result(Future())
    assert caught.value.kind == "stopping"
