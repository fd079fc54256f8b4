"""One connection to a server, as the relay holds it: lines of replies in, octets out, every wait bounded.

A protocol of its own instead of asyncio's streams: of what came before a TLS handshake nothing may be left over to be
read after it (RFC 3207 §6), and a stream does not tell.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from mailcatch.relay.acts import Lost, TlsFailed
from mailcatch.relay.domains import BadDomain, ascii_domain
from mailcatch.relay.replies import BadReply, Reply, ReplyReader

_PIECE = 64 << 10
MOST_AHEAD = 64 << 10
"""Octets that a server may send ahead of being asked, give or take one reading; past it the socket is left alone."""


class Line(asyncio.Protocol):
    """The client's end of one connection. Raises Lost from every wait that ends with the connection or its time."""

    def __init__(self) -> None:
        self._reader = ReplyReader()
        self._news = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._gone: str | None = None
        self._paused = False
        self._transport: asyncio.Transport

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; after a handshake there is another one."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take what came. Who sends more than is asked for waits."""
        self._reader.feed(data)
        if self._reader.waiting > MOST_AHEAD and not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()
        self._news.set()

    def eof_received(self) -> None:
        """Let the transport close."""
        self._end("the server closed the connection")

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        self._end(f"the connection was lost: {error}" if error else "the server closed the connection")

    def pause_writing(self) -> None:
        """Wait before more is sent."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Go on sending."""
        self._may_write.set()

    def _end(self, why: str) -> None:
        self._gone = self._gone or why
        self._news.set()
        self._may_write.set()

    # What the relay does

    @property
    def local(self) -> str:
        """The address from which we are connected."""
        return str(self._transport.get_extra_info("sockname")[0])

    @property
    def has_said_more(self) -> bool:
        """Whether something was said that nobody has read yet: a last word, such as 421, before it hung up."""
        return bool(self._reader.waiting)

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS of the connection, if there is one."""
        found: ssl.SSLObject | None = self._transport.get_extra_info("ssl_object")
        return found

    async def hear(self, seconds: float) -> tuple[str, Reply | None]:
        """Return the next line of a reply, with the reply that it ends."""
        try:
            async with asyncio.timeout(seconds):
                return await self._next()
        except TimeoutError as error:
            raise Lost(f"the server said nothing for {seconds:g} s") from error

    async def send(self, data: bytes, seconds: float) -> None:
        """Send octets; each piece of them must go within the time."""
        for start in range(0, len(data), _PIECE):
            if self._gone or self._transport.is_closing():  # uvloop's write raises then, before it tells of the end
                raise Lost(self._gone or "the connection was closed")
            self._transport.write(data[start : start + _PIECE])
            try:
                async with asyncio.timeout(seconds):
                    await self._written()
            except TimeoutError as error:
                raise Lost(f"the server read nothing for {seconds:g} s") from error

    async def secure(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Shake hands for TLS. Raises TlsFailed; the connection is then closed."""
        if self._reader.waiting:
            raise TlsFailed("the server sent octets ahead of the handshake")
        if self._gone:
            raise TlsFailed(self._gone)
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                self._transport, self, context, server_hostname=_indication(host), ssl_handshake_timeout=seconds
            )
        except OSError as error:  # ssl.SSLError and TimeoutError are such
            raise TlsFailed(_handshake_error(error)) from error
        if secured is None or self._gone:
            raise TlsFailed(self._gone or "the server closed the connection in the handshake")
        self._transport = secured

    def close(self) -> None:
        """End the connection. What a server does not read is dropped: waiting for it would keep the socket for ever."""
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    async def _next(self) -> tuple[str, Reply | None]:
        while True:
            try:
                found = self._reader.next()
            except BadReply as error:
                raise Lost(str(error)) from error
            if found is not None:
                return found
            if self._gone:
                raise Lost(self._gone)
            if self._paused:
                self._paused = False
                self._transport.resume_reading()
            self._news.clear()
            await self._news.wait()

    async def _written(self) -> None:
        await self._may_write.wait()
        if self._gone:
            raise Lost(self._gone)


def _indication(host: str) -> str | None:
    """Give the name to ask for (RFC 6066 §3): none for an address, nor for what DNS may hold but no certificate."""
    try:
        name = ascii_domain(host)
    except BadDomain:
        return None
    return None if name.startswith("[") else name


def _handshake_error(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).lower().replace("_", " ")
    return str(error) or type(error).__name__
