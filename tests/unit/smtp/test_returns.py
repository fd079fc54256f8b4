"""The way back from the writing thread to the loop."""

import asyncio
import threading
from concurrent.futures import Future

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
