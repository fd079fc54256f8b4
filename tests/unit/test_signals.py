"""What ends the process; the signals themselves are sent to real ones in tests/e2e/test_stop.py."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager

from mailcatch.signals import Stop


def test_who_waits_is_told():
    """Asked for in the loop, before or after somebody waits."""

    async def main() -> None:
        stop = Stop()
        stop.attach(asyncio.get_running_loop())
        asyncio.get_running_loop().call_soon(stop.ask)
        await asyncio.wait_for(stop.wait(), 5)
        await asyncio.wait_for(stop.wait(), 5)

    asyncio.run(main())


def test_the_end_of_a_stream_is_the_end():
    """Whoever held the other end of the pipe has gone; what came through it before is of no interest."""

    async def main() -> None:
        stop = Stop()
        stop.attach(asyncio.get_running_loop())
        theirs, ours = os.pipe()
        stop.follow(theirs)
        os.write(ours, b"anything")
        assert not stop._event.is_set()
        os.close(ours)
        await asyncio.wait_for(stop.wait(), 5)
        stop.done()
        os.close(theirs)

    asyncio.run(main())


def test_an_announcement_is_taken_back():
    """When the block ends."""
    said: list[str] = []

    @contextmanager
    def announced():
        said.append("here")
        yield
        said.append("gone")

    with Stop().cleaning(announced()):
        assert said == ["here"]
    assert said == ["here", "gone"]
