"""The way back from the writing thread to the loop."""

import asyncio
import threading
from concurrent.futures import Future

import pytest

from mailcatch.smtp.returns import Returns


def test_callbacks_run_on_the_loop_in_order():
    """Each once, in the order of the resolutions, with one wake-up for what came together."""

    async def scenario() -> tuple[list[int], set[int]]:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        returns, seen, threads = Returns(loop), [], set()
        futures: list[Future[int]] = [Future() for _ in range(100)]

        def returned(future: Future[int]) -> None:
            seen.append(future.result())
            threads.add(threading.get_ident())
            if len(seen) == len(futures):
                done.set()

        for future in futures:
            returns.when_done(future, returned)
        writer = threading.Thread(target=lambda: [future.set_result(n) for n, future in enumerate(futures)])
        writer.start()
        await asyncio.wait_for(done.wait(), 5)
        writer.join()
        return seen, threads

    seen, threads = asyncio.run(scenario())
    assert (seen, threads) == (list(range(100)), {threading.get_ident()})


def test_a_loop_that_has_ended_is_no_error():
    """At the end nobody is left to be told."""
    loop = asyncio.new_event_loop()
    returns, future = Returns(loop), Future()
    returns.when_done(future, lambda done: None)
    loop.close()
    future.set_result(1)


def test_one_callback_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture):
    """Each client gets its answer; what went wrong is in the log."""
    seen: list[int] = []

    async def scenario() -> None:
        returns, last = Returns(asyncio.get_running_loop()), asyncio.Event()
        futures: list[Future[int]] = [Future() for _ in range(3)]
        returns.when_done(futures[0], lambda done: seen.append(1 // 0))
        returns.when_done(futures[1], lambda done: seen.append(done.result()))
        returns.when_done(futures[2], lambda done: last.set())
        for future in futures:
            future.set_result(7)
        await asyncio.wait_for(last.wait(), 10)

    asyncio.run(scenario())
    assert seen == [7]
    assert [record.getMessage() for record in caplog.records] == ["an answer could not be given"]
