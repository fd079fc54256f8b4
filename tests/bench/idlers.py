"""Sessions in IDLE, in a process of their own: `python -m tests.bench.idlers HOST PORT USER…`.

Tells "ready" when all idle. When standard input closes it compares what each session was told with what a new one finds,
and tells how many were not told of every mail.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from tests.bench.raw_imap import Connection

PATIENCE = 20.0
"""Seconds for the last news to arrive."""


class Idler(asyncio.Protocol):
    """One session: keeps the highest EXISTS, and whether each came after the one before it."""

    def __init__(self, user: str, news: asyncio.Event) -> None:
        self.user = user
        self._news = news
        self.exists = 0
        self.idles: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Log in, select, idle; all at once."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(f'a LOGIN "{self.user}" x\r\nb SELECT INBOX\r\nc IDLE\r\n'.encode())

    def data_received(self, data: bytes) -> None:
        """Read the last EXISTS."""
        self._rest += data
        whole, _, self._rest = self._rest.rpartition(b"\n")
        for number in re.findall(rb"^\* (\d+) EXISTS", whole, re.MULTILINE):
            assert int(number) >= self.exists, f"EXISTS {int(number)} after {self.exists}"
            self.exists = int(number)
            self._news.set()
        if not self.idles.done() and re.search(rb"^\+ ", whole, re.MULTILINE):
            self.idles.set_result(None)


async def run(address: tuple[str, int], users: Sequence[str]) -> int:
    """Idle until standard input closes; give how many sessions were not told of every mail."""
    loop = asyncio.get_running_loop()
    news = asyncio.Event()
    idlers = [(await loop.create_connection(lambda user=user: Idler(user, news), *address))[1] for user in users]
    await asyncio.gather(*(idler.idles for idler in idlers))
    print("ready", flush=True)  # noqa: T201 - told to whoever started it
    await asyncio.to_thread(sys.stdin.read)
    there = await asyncio.to_thread(lambda: {user: count(address, user) for user in set(users)})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while any(idler.exists < there[idler.user] for idler in idlers):
                news.clear()
                await news.wait()
    return sum(idler.exists != there[idler.user] for idler in idlers)


def count(address: tuple[str, int], user: str) -> int:
    """Give how many messages a new session finds."""
    with Connection(address, user) as connection:
        return connection.select()


@contextlib.contextmanager
def idling(address: tuple[str, int], users: Sequence[str], sessions: int) -> Iterator[list[int]]:
    """Hold so many sessions for the length of a block, half of them the first user's; the list then holds how many missed."""
    half = sessions // 2
    names = [*([users[0]] * half), *islice(cycle(users[1:]), sessions - half)]
    command = [sys.executable, "-m", "tests.bench.idlers", address[0], str(address[1]), *names]
    missed: list[int] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield missed
        missed.append(int(process.communicate()[0]))


if __name__ == "__main__":
    result = asyncio.run(run((sys.argv[1], int(sys.argv[2])), sys.argv[3:]))
    print(result)  # noqa: T201 - told to whoever started it
