"""Auto mode: what arrives while it is on, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox.queue import Queue
from mailcatch.relay.auto import Auto
from mailcatch.relay.policy import Policy, read_rule
from mailcatch.relay.schedule import DEV
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.support.relay import CAPS

POLICY = Policy(enabled=True, allow=(read_rule("@x.test"),))


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def store(tmp_path: Path, bus: Bus) -> Iterator[Store]:
    """Open a store."""
    opened = open_store(tmp_path / "queue.db", bus)
    yield opened
    opened.close()


async def follow(store: Store, bus: Bus, *rcpts: str) -> list[str]:
    """Run auto mode while mail for some recipients arrives; give the subjects of what was queued."""
    queue = Queue(store, CAPS)
    queued = asyncio.Event()
    loop = asyncio.get_running_loop()
    queue.changed = lambda: loop.call_soon_threadsafe(queued.set)
    auto = Auto(store, queue, bus, POLICY, DEV, 10)
    await auto.begin()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(auto.run())
        for number, rcpt in enumerate(rcpts):
            store.add(message(f"mail {number}", rcpt=rcpt)).result(10)
        if rcpts:
            await queued.wait()
        running.cancel()
    return [job.subject for job in store.relay_jobs().jobs]


def test_what_came_before_stays(store: Store, bus: Bus):
    """From the first start on, and only whom the list names."""
    added(store.add(message("before", rcpt="bob@x.test")))
    assert asyncio.run(follow(store, bus, "eve@other.test", "bob@x.test")) == ["mail 1"]


def test_once_over_a_restart(store: Store, bus: Bus):
    """What was read is not read again; what came meanwhile is."""
    asyncio.run(follow(store, bus, "bob@x.test"))
    store.add(message("meanwhile", rcpt="bob@x.test")).result(10)

    async def again() -> list[str]:
        queue = Queue(store, CAPS)
        auto = Auto(store, queue, bus, POLICY, DEV, 10)
        await auto.begin()
        await auto._catch_up()
        return [job.subject for job in store.relay_jobs().jobs]

    assert asyncio.run(again()) == ["meanwhile", "mail 0"]
