"""What the web may ask, with the relay off and on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import Conflict, NotFound
from mailcatch.ids import new_id
from mailcatch.inbox.queue import Queue
from mailcatch.relay.control import Control
from mailcatch.relay.rules import policy_of
from mailcatch.relay_section import RelaySection
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.support.relay import CAPS, claimed, relay_off

ON = RelaySection(enabled=True, allow=("@x.test",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a store."""
    opened = open_store(tmp_path / "queue.db", Bus())
    yield opened
    opened.close()


def control_of(store: Store, section: RelaySection = ON) -> Control:
    return Control(store, Queue(store, CAPS), section, policy_of(section))


def test_off(store: Store):
    """It says that it is off, and neither releases, retries nor asks."""
    control, id = relay_off(store), added(store.add(message()))
    job = control_of(store).release(id, ["bob@x.test"], actor="tester").result(20)
    assert (control.enabled, control.info().enabled, control.info().notice) == (False, False, None)
    assert control.route("bob@x.test").result(20).problem == "relay.enabled is off"
    for refused in (
        lambda: control.release(id, ["bob@x.test"], actor="tester"),
        lambda: control.act(job.id, "retry", (), actor="tester"),
        lambda: control.act(job.id, "requeue", (), actor="tester"),
        lambda: control.probe("bob@x.test", actor="tester"),
    ):
        with pytest.raises(Conflict, match=r"relay\.enabled is off"):
            refused()
    assert control.act(job.id, "cancel", (), actor="tester").result(20).recipients[0].state == "cancelled"


def test_a_release_and_the_numbers(store: Store):
    """One message less is left; the notice stays until something was sent."""
    control = control_of(store)
    control.release(added(store.add(message())), ["bob@x.test"], actor="tester").result(20)
    info = control.info()
    assert (info.left_hour, info.left_day, info.counts["queued"]) == (19, 199, 1)
    assert info.notice is not None
    assert "port 25" in info.notice
    with pytest.raises(NotFound):
        control.release(new_id(), ["bob@x.test"], actor="tester")


def test_rules_that_changed_bind_who_is_tried_again(store: Store):
    """A job that was allowed once is not retried when it is not allowed any more."""
    job = control_of(store).release(added(store.add(message())), ["bob@x.test"], actor="tester").result(20)
    stricter = control_of(store, RelaySection(enabled=True, allow=("@y.test",)))
    with pytest.raises(Conflict, match=r"no rule of relay\.allow"):
        stricter.act(job.id, "retry", (), actor="tester")


def test_pause(store: Store):
    """It is told, and beats a probe."""
    control = control_of(store)
    control.pause(paused=True, actor="tester").result(20)
    assert control.paused()
    assert control.info().paused
    assert claimed(store) == ()
