"""Wake-ups: nobody who waits is forgotten, and nobody waits for what is there already."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mailcatch.bus import Bus


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """Start `work` in a thread; the function returned joins it and gives its result."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()

    def joined() -> Any:
        thread.join(10)
        assert not thread.is_alive()
        return found[0]

    return joined


def test_what_is_there_already_is_not_waited_for():
    """A follower that lags returns at once."""
    bus = Bus(5)
    assert bus.wait(4) == 5
    assert asyncio.run(bus.changed(4)) == 5


def test_a_timeout_ends_the_wait_with_nothing_new():
    """The seq returned tells that nothing came."""
    assert Bus(5).wait(5, timeout=0.01) == 5


def test_every_waiting_thread_is_woken():
    """One notify wakes all, and gives them the new position."""
    bus = Bus()
    waiting = [in_thread(lambda: bus.wait(0, 10)) for _ in range(5)]
    bus.notify(3)
    assert [joined() for joined in waiting] == [3] * 5


def test_the_position_never_goes_back():
    """Notifications out of order leave the highest."""
    bus = Bus()
    bus.notify(7)
    bus.notify(3)
    assert bus.seq == 7


def test_tasks_are_woken_from_another_thread():
    """The writer's thread wakes what waits on a loop."""

    async def main() -> list[int]:
        bus = Bus()
        async with asyncio.TaskGroup() as tasks:
            waiting = [tasks.create_task(bus.changed(0)) for _ in range(5)]
            await asyncio.to_thread(bus.notify, 9)
        return [task.result() for task in waiting]

    assert asyncio.run(main()) == [9] * 5


def test_a_cancelled_wait_leaves_nothing_behind():
    """Whoever gives up is forgotten, and the others are woken all the same."""

    async def main() -> int:
        bus = Bus()
        async with asyncio.TaskGroup() as tasks:
            gone, stays = tasks.create_task(bus.changed(0)), tasks.create_task(bus.changed(0))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
            bus.notify(1)
        assert gone.cancelled()
        assert not bus._futures
        return stays.result()

    assert asyncio.run(main()) == 1


def test_closing_wakes_everyone_for_good():
    """After close() no call waits, on either side."""
    bus = Bus(2)
    waiting = in_thread(lambda: bus.wait(2))
    bus.close()
    assert waiting() == 2
    assert bus.wait(2) == 2
    assert asyncio.run(bus.changed(2)) == 2
    assert bus.closed


def test_a_loop_that_has_ended_harms_nobody():
    """Its tasks cannot be woken any more; the next one is."""
    bus = Bus()
    loop = asyncio.new_event_loop()
    bus._futures[loop.create_future()] = loop
    loop.close()
    bus.notify(1)
    assert bus.wait(0) == 1


@pytest.mark.parametrize("followers", [8])
def test_no_wake_up_is_lost_under_load(followers: int):
    """Followers that ask again and again see the last position, however the threads interleave."""
    bus, last = Bus(), 2_000

    def follow() -> int:
        seq = 0
        while seq < last:
            seq = bus.wait(seq, 10)
        return seq

    waiting = [in_thread(follow) for _ in range(followers)]
    for seq in range(1, last + 1):
        bus.notify(seq)
    assert [last] * followers == [joined() for joined in waiting]
