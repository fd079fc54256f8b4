"""A load client that is lighter than any server: an asyncio protocol that sends bytes made beforehand.

It talks in lockstep, as smtplib and most libraries do: each command waits for the reply to the one before.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.support.wire import as_sent, stuffed

TO = "dev@box.example"


def before(recipient: str = TO) -> tuple[bytes, bytes, bytes]:
    """Give the lines before a mail."""
    return b"MAIL FROM:<app@client.example>\r\n", f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"


BEFORE = before()


def prepared(letters: Iterable[bytes]) -> list[bytes]:
    """Give mails as they go over the wire, the final dot included."""
    return [stuffed(as_sent(letter)) + b".\r\n" for letter in letters]


@dataclass(slots=True)
class Round:
    """One measurement: send what `mails` gives until `deadline`; whatever was begun then is still ended."""

    mails: Iterator[bytes]
    deadline: float
    envelopes: Iterator[tuple[bytes, bytes, bytes]] = field(default_factory=lambda: itertools.repeat(BEFORE))
    accepted: int = 0

    def next(self) -> bytes | None:
        """Give the next mail, None when the time is over."""
        return None if time.perf_counter() >= self.deadline else next(self.mails)


class Sender(asyncio.Protocol):
    """One connection; with `once` it sends one mail and quits, else mail after mail."""

    def __init__(self, round_: Round, *, once: bool) -> None:
        self._round = round_
        self._once = once
        self._script: Iterator[bytes] = iter(())
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._script = self._lines()
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        """Say the next line as soon as the reply to the last one is whole."""
        self._heard += data
        if not self._heard.endswith(b"\n"):
            return
        last = self._heard[self._heard.rfind(b"\n", 0, -1) + 1 :]
        if last[3:4] == b"-":
            return
        if last[:1] not in b"23":
            raise AssertionError(f"refused: {last!r}")
        self._heard = b""
        line = next(self._script, None)
        if line is not None:
            self._transport.write(line)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        if not self.gone.done():
            self.gone.set_result(None)

    def _lines(self) -> Iterator[bytes]:
        yield b"EHLO client.example\r\n"
        while (mail := self._round.next()) is not None:
            yield from next(self._round.envelopes)
            yield mail
            self._round.accepted += 1
            if self._once:
                break
        yield b"QUIT\r\n"


def rate(
    address: tuple[str, int],
    mails: Sequence[bytes],
    *,
    seconds: float,
    connections: int,
    once: bool,
    to: Sequence[str] = (TO,),
) -> float:
    """Send for so long over so many connections at a time, to one recipient after the other; give the mails a second."""
    envelopes = itertools.cycle([before(each) for each in to])
    round_ = Round(itertools.cycle(mails), time.perf_counter() + seconds, envelopes)
    return asyncio.run(_rate(address, round_, connections, once))


async def _rate(address: tuple[str, int], round_: Round, connections: int, once: bool) -> float:
    start = time.perf_counter()

    async def client() -> None:
        loop = asyncio.get_running_loop()
        while True:
            _, sender = await loop.create_connection(lambda: Sender(round_, once=once), *address)
            await sender.gone
            if not once or time.perf_counter() >= round_.deadline:
                return

    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(client())
    return round_.accepted / (time.perf_counter() - start)
