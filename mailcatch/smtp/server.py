"""One SMTP connection: bytes in, replies out, and the time between them. What is said is the Dialogue's.

aiosmtpd's protocol class, its Session and its Envelope are kept; its reading loop is replaced whole, for its streams
cost more than everything else that happens to a mail here: DESIGN.md.
"""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

from aiosmtpd.smtp import SMTP

from mailcatch import model, tls
from mailcatch.smtp.data import DataReader
from mailcatch.smtp.dialogue import AUTH_LIMIT, Dialogue, State, Transaction
from mailcatch.smtp.record import Record
from mailcatch.store.api import Added
from mailcatch.wire import LineBuffer, LineTooLong

if TYPE_CHECKING:
    from mailcatch.smtp.door import Door

AHEAD = 64 << 10
"""Bytes that a client may send ahead while its mail is being stored, or while it does not read our replies."""

LOOK = 30.0
"""Seconds between two looks at a silent or slow client, at most."""

LINGER = 2.0
"""Seconds in which a client may still read our last word."""

_SLOW_START = 60.0  # seconds of DATA that may be slow: a client that makes its mail while it sends it


class Server(SMTP, asyncio.BufferedProtocol):
    """The server's side of one connection.

    A BufferedProtocol, for all connections read through one buffer of the door: asyncio otherwise allocates 256 KiB for
    each packet, which takes ten times as long as reading it.
    """

    def __init__(self, door: Door, protection: model.Protection = "none") -> None:
        # Not aiosmtpd's: it looks itself over for each connection anew, which takes longer than storing a mail.
        self._closed = None  # SMTP.__del__ asks for it
        self._door = door
        self._protection = protection
        self.loop = door.loop
        self.hostname = door.rules.hostname
        self.transport: asyncio.Transport
        self._dialogue: Dialogue
        self._record: Record
        self._lines = LineBuffer(AUTH_LIMIT)
        self._data: DataReader | None = None
        self._data_began = self._heard = 0.0
        self._write_paused = self._read_paused = self._ended = self._leaving = False
        self._awaiting = self._lost = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def envelope(self) -> Transaction:  # type: ignore[override] # the base has an attribute; here nobody else sets it
        """The mail that is being told."""
        return self._dialogue.envelope

    @property
    def busy(self) -> bool:
        """Whether a mail is being received or stored."""
        return self._dialogue.state in (State.DATA, State.STORING)

    # The connection's life

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or turn away: too many are here already."""
        self.transport = cast(asyncio.Transport, transport)
        peer, listener = _spelt(transport.get_extra_info("peername")), _spelt(transport.get_extra_info("sockname"))
        self.session = self._create_session()
        self.session.peer = peer
        self._record = Record(self._door.inbox, peer, listener, self.loop.call_later)
        offers_tls = self._protection == "starttls"
        self._dialogue = Dialogue(self._door.rules, self._record, self.session, offers_tls=offers_tls)
        self._heard = self.loop.time()
        refusal = self._door.welcome(self, peer)
        if refusal is None:
            self._timer = self.loop.call_later(min(LOOK, self._door.rules.section.idle_timeout), self._look)
            self._dialogue.greet(implicit_tls=self._protection == "implicit")
        elif self._protection == "implicit":
            self._dialogue.end(refusal[1])  # the reply could not be read before a handshake
        else:
            self._dialogue.turn_away(*refusal)
        self._serve()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client. A mail that it has ended with its dot is stored all the same."""
        if self._dialogue.state is State.HANDSHAKE and self._awaiting:
            self._lost = True  # `_shake_hands` knows why
            return
        if self._timer is not None:
            self._timer.cancel()
        if self._dialogue.state is not State.CLOSED:
            gone = tls.failure(error) if isinstance(error, ssl.SSLError) else "the client closed the connection"
            self._dialogue.end(gone + _DURING.get(self._dialogue.state, ""))
        self._data = None
        self._lines.clear()
        self._door.goodbye(self)

    def eof_received(self) -> bool:
        """Serve what was sent before the end: a half-closed client still reads."""
        self._ended = True
        if not self.transport.can_write_eof():
            return False  # TLS ends both halves at once
        return self._dialogue.state in _WAITING or (self._dialogue.idle and self._write_paused)

    def pause_writing(self) -> None:
        """Serve no more to a client that does not read it."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Go on with what the client has sent meanwhile."""
        self._write_paused = False
        self._serve()

    def stop(self) -> None:
        """Take leave, now if nothing is under way, else as soon as it is done."""
        self._serve()

    def cut_off(self) -> None:
        """Take leave now, whatever is under way."""
        if self._dialogue.state is State.HANDSHAKE:
            self._dialogue.end("mailcatch stopped in the TLS handshake")
        elif self._dialogue.state is not State.CLOSED:
            during = _DURING.get(self._dialogue.state, "")
            self._dialogue.leave("421 4.3.2 mailcatch is stopping", f"mailcatch stopped{during}")
            self._send()
        self.transport.abort()

    def _look(self) -> None:
        """See from time to time whether the client is still there, and fast enough."""
        patience, now = self._door.rules.section.idle_timeout, self.loop.time()
        silent = now - self._heard
        if silent >= patience and self._dialogue.state not in _WAITING:
            self._dialogue.leave("421 4.4.2 nothing was heard for too long", "timed out")
        elif self._data is not None and self._data.received < self._owed(now - self._data_began):
            self._dialogue.leave("421 4.4.2 the data come too slowly", "timed out: DATA slower than the minimum")
        if self._dialogue.state is State.CLOSED:
            self._serve()
        else:
            left = patience - silent
            self._timer = self.loop.call_later(min(LOOK, left if left > 0 else patience), self._look)

    def _owed(self, seconds: float) -> float:
        """Return how many bytes of data must have come after so long."""
        section = self._door.rules.section
        return section.min_data_rate * (seconds - min(_SLOW_START, section.idle_timeout))

    # Bytes in, replies out

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the buffer for one read: what comes is copied out of it before anyone else reads."""
        return self._door.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has arrived."""
        self.data_received(bytes(self._door.buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Take what has arrived; uvloop calls this itself, for it gives each read a buffer of the right size."""
        if self._data is not None:
            self._heard = self.loop.time()
            self._receive(self._data, data)
        elif self._leaving:
            return
        else:
            self._lines.feed(data)
        self._serve()

    def _serve(self) -> None:
        """Answer all that can be answered now, and send the answers at once."""
        dialogue = self._dialogue
        while not self._write_paused:
            if dialogue.idle:
                if not self._next_line():
                    break
            elif dialogue.state is State.DATA and self._data is None:
                self._begin_data()
            else:
                break
        self._send()
        if dialogue.state is State.CLOSED:
            self._hang_up()
        elif self._ended and not self._write_paused and dialogue.idle:
            dialogue.end("the client closed the connection")
            self._hang_up()
        else:
            if dialogue.state in _AWAITED and not self._awaiting:
                self._await()
            self._regulate()

    def _next_line(self) -> bool:
        """Answer one line; False if there is none yet."""
        if self._door.stopping:
            self._dialogue.leave("421 4.3.2 mailcatch is stopping", "mailcatch stopped")
            return False
        try:
            line = self._lines.next()
        except LineTooLong as error:
            self._dialogue.line_too_long(error.beginning)
            return True
        if line is None:
            return False
        self._heard = self.loop.time()
        self._dialogue.line(line)
        return True

    # What takes time besides storing

    def _await(self) -> None:
        """Have a password checked, or begin TLS: then what was sent ahead is dropped, for it did not come over TLS."""
        self._awaiting = True
        if self._dialogue.state is State.CHECKING:
            self._door.start(self._check())
            return
        self.transport.pause_reading()
        if len(self._lines):
            self._record.transcript.remark(f"{len(self._lines)} bytes sent ahead of the TLS handshake were dropped")
            self._lines.clear()
        self._door.start(self._shake_hands())

    async def _shake_hands(self) -> None:
        self.transport.pause_reading()  # again: uvloop reads from a new connection whatever that has said
        begun = self._lines.take()
        try:
            self.transport = await tls.secure(self.transport, self, self._door.context(), begun=begun)
        except tls.HandshakeFailed as failed:
            self._awaiting = False
            if self._dialogue.state is not State.CLOSED:
                self._dialogue.handshake_failed(str(failed))
            self.transport.abort()
            self.connection_lost(None)
            return
        self._awaiting = self._write_paused = False
        self._heard = self.loop.time()
        self._dialogue.secured(tls.spoken(self.transport), greet=self._protection == "implicit")
        self._serve()
        if self._lost:
            self.connection_lost(None)

    async def _check(self) -> None:
        host = self._record.session.peer.rpartition(":")[0]
        right = await self._door.rules.authority.check(self._dialogue.claim, host)
        self._awaiting = False
        if self._dialogue.state is State.CHECKING:
            self._dialogue.checked(right=right)
            self._heard = self.loop.time()
            self._serve()

    def _begin_data(self) -> None:
        self._send()
        self._data = DataReader(self._door.rules.section.max_message_size)
        self._data_began = self._heard
        if len(self._lines):
            self._receive(self._data, self._lines.take())

    def _receive(self, data: DataReader, block: bytes) -> None:
        rest = data.feed(block)
        if rest is None:
            return
        self._data = None
        if rest:
            self._lines.feed(rest)
        self._dialogue.data_ended(data.size, too_large=data.too_large)
        if self._dialogue.state is State.STORING:
            self._store(data)

    def _store(self, data: DataReader) -> None:
        try:
            self._door.rules.check_room(data.size)
            storing = self._door.inbox.accept(
                data.content(), self._envelope(), origin="smtp", session=self._record.of_mail()
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, this client must hear of it, and no other
            self._dialogue.failed(error)
        else:
            self._door.returns.when_done(storing, self._stored)

    def _stored(self, future: Future[Added]) -> None:
        if self._dialogue.state is not State.STORING:
            return  # the client has gone meanwhile
        if future.cancelled():
            self._dialogue.failed(RuntimeError("the mail was not stored"))
        elif (error := future.exception()) is not None:
            self._dialogue.failed(error)
        else:
            self._dialogue.stored(future.result().id)
        self._heard = self.loop.time()
        self._serve()

    def _envelope(self) -> model.Envelope:
        told, session = self._dialogue.envelope, self._record.session
        return model.Envelope(
            mail_from=told.path.address if told.path else "",
            rcpt_to=tuple(told.recipients),
            mail_params=told.path.params if told.path else {},
            helo=session.helo,
            peer=session.peer,
            tls=session.tls,
            auth_user=session.auth_user,
            listener=session.listener,
            protocol=session.protocol,
        )

    def _send(self) -> None:
        replies = self._dialogue.replies
        if replies:
            self.transport.write(("\r\n".join(replies) + "\r\n").encode("ascii", "replace"))
            replies.clear()

    def _regulate(self) -> None:
        """Read on, or wait: what is sent ahead must not pile up."""
        waiting = self._write_paused or self._dialogue.state in _WAITING
        full = waiting and len(self._lines) > AHEAD
        if full and not self._read_paused:
            self._read_paused = True
            self.transport.pause_reading()
        elif self._read_paused and not full:
            self._read_paused = False
            self.transport.resume_reading()

    def _hang_up(self) -> None:
        """Close, but let the client read our last word: unread bytes of its own would turn that into a reset."""
        if self._leaving:
            return
        self._leaving = True
        self._data = None
        self._lines.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(LINGER, self.transport.abort)
        if self._record.session.outcome == "QUIT" or self._ended or not self.transport.can_write_eof():
            if not self.transport.is_closing():  # closed a second time, asyncio's TLS of Python 3.11 cannot abort
                self.transport.close()
            return
        try:
            self.transport.write_eof()
        except OSError:  # the client has gone already
            self.transport.abort()
            return
        if self._read_paused:
            self.transport.resume_reading()


_WAITING = (State.STORING, State.CHECKING, State.HANDSHAKE)
_AWAITED = (State.CHECKING, State.HANDSHAKE)
_DURING = {State.DATA: " in DATA", State.STORING: " before the reply"}


def _spelt(address: tuple[str, int] | None) -> str:
    if not address:
        return "unknown"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
