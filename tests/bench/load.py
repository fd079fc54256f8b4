"""Sends many mails over a few connections and keeps the time that each 250 took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator

from tests.bench.stream import BEFORE
from tests.support.wire import as_sent, stuffed


def pour(address: tuple[str, int], mails: Iterable[bytes], connections: int = 4) -> list[float]:
    """Send every mail; give the seconds from the final dot of each to its 250."""
    return asyncio.run(_pour(address, iter(mails), connections))


async def _pour(address: tuple[str, int], mails: Iterator[bytes], connections: int) -> list[float]:
    taken: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(_send(address, mails, taken))
    return taken


async def _send(address: tuple[str, int], mails: Iterator[bytes], taken: list[float]) -> None:
    """Send what `mails` still gives, the commands of each in one go (RFC 2920)."""
    reader, writer = await asyncio.open_connection(*address)
    await _expect(reader, b"220")
    writer.write(b"EHLO client.example\r\n")
    await _expect(reader, b"250")
    for mail in mails:
        writer.write(b"".join(BEFORE))
        for code in (b"250", b"250", b"354"):
            await _expect(reader, code)
        start = time.perf_counter()
        writer.write(stuffed(as_sent(mail)) + b".\r\n")
        await _expect(reader, b"250")
        taken.append(time.perf_counter() - start)
    writer.write(b"QUIT\r\n")
    await _expect(reader, b"221")
    writer.close()
    await writer.wait_closed()


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    """Read one reply; AssertionError when it is another."""
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    assert line.startswith(code), line
