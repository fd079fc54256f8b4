"""One connection: what the client sends, at the session's pace, and what it is told, at the client's."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, cast

from mailcatch import tls
from mailcatch.connection.partings import Parting, Stalled, Stopping, TimedOut
from mailcatch.connection.record import Record
from mailcatch.model import Listener, Protection

if TYPE_CHECKING:
    from mailcatch.connection.door import Door

AHEAD = 64 << 10
"""Bytes that a client may send ahead; past them the socket is not read until the session asks for more."""

HIGH_WATER = 256 << 10
"""Bytes that may wait for a client to read them before `drain` waits for it."""

PATIENCE = 60.0
"""Seconds in which a client must read something of what waits for it."""

LINGER = 2.0
"""Seconds in which a client may still read our last word."""

FAREWELL = 0.5
"""The same when mailcatch is stopping."""


class Connection(asyncio.BufferedProtocol):
    """The server's side of one connection, as a coroutine of the session uses it.

    `read` and `drain` raise a Parting when the dialogue must end; who runs the session says it to the client. There is
    one reader at a time; anyone may `write`.
    """

    def __init__(self, door: Door, protection: Protection) -> None:
        self._door = door
        self._loop = door.loop
        self._protection = protection
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._waiting = bytearray()
        self._reader: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._gone = asyncio.Event()
        self._ended = self._securing = self._leaving = False
        self._lost: BaseException | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.record: Record

    # What a session uses

    @property
    def can_start_tls(self) -> bool:
        """Whether STARTTLS or STLS may be said now."""
        return self._protection == "starttls" and self.record.session.tls is None

    @property
    def congested(self) -> bool:
        """Whether the client does not read what it is told: then `drain` waits."""
        return not self._writable.is_set()

    def expect(self, seconds: float) -> None:
        """Give the client so long, from now on, for what is read next; a few bytes do not lengthen it."""
        self._deadline = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look)

    async def read(self) -> bytes:
        """Return what has arrived, at least one byte; b"" when the client has ended its half or has gone.

        Raises TimedOut and Stopping.
        """
        if self._door.stopping:
            raise Stopping
        if not self._waiting and not self._ended:
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = bytes(self._waiting)
        self._waiting.clear()
        if len(data) > AHEAD and not self._transport.is_closing():
            self._transport.resume_reading()
        return data

    def write(self, data: bytes) -> None:
        """Send bytes: whole responses, so that what others write never stands within one."""
        if not self._transport.is_closing():  # uvloop raises where asyncio is silent, here and below
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait while the client does not read. Raises ConnectionError if it has gone, Stalled if it reads nothing."""
        while not self._writable.is_set() and not self._gone.is_set():
            unread = self._transport.get_write_buffer_size()
            try:
                async with asyncio.timeout(self._door.patience):
                    await self._writable.wait()
            except TimeoutError:
                if self._transport.get_write_buffer_size() >= unread:
                    raise Stalled from None
        if self._gone.is_set():
            raise ConnectionResetError(_CLOSED)

    async def start_tls(self, go_ahead: bytes, *, held: int = 0) -> None:
        """Send `go_ahead` and do the handshake; what was sent ahead of it is dropped (RFC 2595 §2.1).

        The caller drops what it has read already, and says how many bytes that were: `held`. Raises HandshakeFailed.
        """
        ahead = len(self._waiting) + held
        if ahead:
            self.record.transcript.remark(f"{ahead} bytes sent ahead of the TLS handshake were dropped")
        self._waiting.clear()
        self.write(go_ahead)
        await self._secure()

    async def shake_hands(self) -> None:
        """Do the handshake of implicit TLS, which the client may have begun already. Raises HandshakeFailed."""
        begun = bytes(self._waiting)
        self._waiting.clear()
        await self._secure(begun)

    async def _secure(self, begun: bytes = b"") -> None:
        if self._transport.is_closing():
            raise ConnectionResetError(_CLOSED)
        self._transport.pause_reading()
        self._securing = True
        try:
            self._transport = await tls.secure(self._transport, self, self._door.context(), begun=begun)
        finally:
            self._securing = False
        self._writable.set()
        self._transport.set_write_buffer_limits(HIGH_WATER)
        self.record.transcript.tls = True
        self.record.note(tls=tls.spoken(self._transport))

    # What the door uses

    def begin(self, task: asyncio.Task[None]) -> None:
        """Name the task that serves the connection."""
        self._task = task

    @property
    def greets_in_tls(self) -> bool:
        """Whether nothing is said before a handshake."""
        return self._protection == "implicit"

    def stop(self) -> None:
        """End the dialogue: now if the client is silent, else when the command is done."""
        if self._securing or self._leaving:
            self.cut_off()
        else:
            self._wake(Stopping())

    def cut_off(self) -> None:
        """End whatever is going on."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """Let the client read the last word, and close. Unread bytes of its own would turn that into a reset.

        So what still comes is read and dropped, for at most LINGER seconds after the last word has left.
        """
        self._leave()
        if self._transport.is_closing():
            return
        try:
            with contextlib.suppress(OSError, TimeoutError, Parting):
                await self._flush()
                await self._farewell()
        finally:
            self._transport.abort()

    def abort(self) -> None:
        """Close without another word."""
        self._leave()
        self._gone.set()
        self._transport.abort()

    def _leave(self) -> None:
        self._leaving = True
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    async def _flush(self) -> None:
        self._transport.set_write_buffer_limits(1)  # not 0: TLS takes an empty buffer for full then, for ever
        self._transport.resume_reading()
        if self._door.stopping:
            async with asyncio.timeout(FAREWELL):
                await self.drain()
        else:
            await self.drain()

    async def _farewell(self) -> None:
        if self._transport.is_closing():
            return
        if self._ended or not self._transport.can_write_eof():
            self._transport.close()
        else:
            self._transport.write_eof()
        async with asyncio.timeout(FAREWELL if self._door.stopping else LINGER):
            await self._gone.wait()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(HIGH_WATER)
        peer, here = _spelt(transport.get_extra_info("peername")), _spelt(transport.get_extra_info("sockname"))
        self.record = Record(self._door.keep, self._door.protocol, peer, here)
        self._door.welcome(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the door's buffer for one read: what comes is copied out of it before anyone else reads."""
        return self._door.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has arrived."""
        if self._leaving:
            return
        self._waiting += self._door.buffer[:nbytes]
        if len(self._waiting) > AHEAD and not self._securing:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Serve what was sent before the end: a half-closed client still reads. TLS ends both halves at once."""
        self._ended = True
        self._wake()
        return not self._leaving and self._transport.can_write_eof()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client; what it had sent is still served, for nobody can tell how far it was."""
        if isinstance(error, ssl.SSLError):
            self.record.end(tls.failure(error))
        self._ended = True
        self._gone.set()
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        """Let `drain` wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let `drain` go on."""
        self._writable.set()

    def _wake(self, error: Parting | None = None) -> None:
        if self._reader is None or self._reader.done():
            return
        if error is None:
            self._reader.set_result(None)
        else:
            self._reader.set_exception(error)

    def _look(self) -> None:
        """See whether the client was given longer meanwhile; a session that is at work is not disturbed."""
        now = self._loop.time()
        if now >= self._deadline:
            self._wake(TimedOut())
        self._timer = None
        if not self._leaving:
            self._timer = self._loop.call_at(max(self._deadline, now + _LOOK), self._look)


_LOOK = 1.0  # seconds until the next look at a session that is at work
_CLOSED = "the client closed the connection"


def _spelt(address: tuple[str, int] | None) -> str:
    return str(Listener(*address[:2])) if address else "unknown"
