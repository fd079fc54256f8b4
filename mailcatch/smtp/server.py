"""One SMTP connection: a state machine over whole lines and blocks of data (RFC 5321).

aiosmtpd's Session and Envelope and the shape of its protocol class are kept; its reading loop is replaced whole, for
its streams cost more than everything else that happens to a mail here: DESIGN.md.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailcatch import model, sasl
from mailcatch.errors import Rejected
from mailcatch.model import Recipient
from mailcatch.smtp.commands import Path, parse_mail, parse_rcpt, split_command
from mailcatch.smtp.data import DataReader
from mailcatch.smtp.record import Record
from mailcatch.smtp.replies import reply_to
from mailcatch.store.api import Added
from mailcatch.wire import LineBuffer, LineTooLong

if TYPE_CHECKING:
    from mailcatch.smtp.door import Door

log = logging.getLogger(__name__)

COMMAND_LIMIT = 4 << 10
AUTH_LIMIT = 12_288
"""Octets of a line in an AUTH exchange (RFC 4954 §4); commands may have 4 KiB."""

_AHEAD = 256 << 10  # bytes that may be sent ahead while a mail is being stored
_TICK = 30.0  # seconds between two looks at a silent or slow client


class State(enum.Enum):
    """What the next bytes of the client are."""

    COMMAND = enum.auto()
    AUTH = enum.auto()
    DATA = enum.auto()
    STORING = enum.auto()  # they wait until the mail is stored
    CLOSED = enum.auto()


class Server(SMTP):
    """The server's side of one connection."""

    def __init__(self, door: Door) -> None:
        # Not aiosmtpd's: it inspects itself anew for each connection, which takes longer than a mail.
        self._door = door
        self.loop = door.loop
        self._closed = None
        self.session: Session
        self.envelope: Envelope
        self.transport: asyncio.Transport | None = None
        self._lines = LineBuffer(AUTH_LIMIT)
        self._state = State.CLOSED
        self._out: list[bytes] = []
        self._write_paused = self._read_paused = False
        self._path: Path | None = None
        self._recipients: list[Recipient] = []
        self._data: DataReader | None = None
        self._data_began = 0.0
        self._exchange: sasl.Exchange | None = None
        self._pending: Future[Added] | None = None
        self._errors = self._junk = 0
        self._heard = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._record: Record

    # The connection's life

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or refuse: too many are here already."""
        self.transport = cast(asyncio.Transport, transport)
        peer = _spelt(transport.get_extra_info("peername"))
        self._record = Record(self._door.inbox, peer, _spelt(transport.get_extra_info("sockname")))
        self._state = State.COMMAND
        self._heard = self.loop.time()
        refusal = self._door.welcome(self, peer)
        if refusal is not None:
            self._record.refused()
            self._leave(f"421 4.7.0 {refusal}", "refused: too many connections")
            return
        self.session = self._create_session()
        self.session.peer = peer
        self.envelope = self._create_envelope()
        self._timer = self.loop.call_later(min(_TICK, self._door.section.idle_timeout), self._look)
        self._say(f"220 {self._door.hostname} ESMTP mailcatch")
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the client; a mail of which the writer knows nothing yet is not stored."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pending is not None:
            self._pending.cancel()
        if self._state is not State.CLOSED:
            during = {State.DATA: " in DATA", State.STORING: " before the reply"}.get(self._state, "")
            self._end(f"the client closed the connection{during}")
        self.transport = None
        self._data = None
        self._door.goodbye(self)

    def eof_received(self) -> bool:
        """Serve what was sent before the end: a half-closed client still reads."""
        return self._state is State.STORING

    def pause_writing(self) -> None:
        """Read no more from a client that does not read us."""
        self._write_paused = True
        self._pause()

    def resume_writing(self) -> None:
        """Go on with what the client has sent meanwhile."""
        self._write_paused = False
        self._process()

    def stop(self) -> None:
        """Take leave now, if nothing is under way; else as soon as it is done."""
        if self._state in (State.COMMAND, State.AUTH):
            self._leave("421 4.3.2 mailcatch is stopping", "mailcatch stopped")

    @property
    def busy(self) -> bool:
        """Whether a mail is being received or stored."""
        return self._state in (State.DATA, State.STORING)

    def _look(self) -> None:
        """See from time to time whether the client is still there, and fast enough."""
        now, section = self.loop.time(), self._door.section
        silent = now - self._heard
        if self._state is State.DATA and self._data is not None:
            elapsed = now - self._data_began
            if elapsed > 2 * _TICK and self._data.size < section.min_data_rate * (elapsed - 2 * _TICK):
                self._leave("421 4.4.2 the data come too slowly", "timed out: DATA slower than the minimum")
                return
        if self._state is not State.STORING and silent >= section.idle_timeout:
            self._leave("421 4.4.2 nothing was heard for too long", "timed out")
            return
        left = section.idle_timeout - silent if silent < section.idle_timeout else _TICK
        self._timer = self.loop.call_later(min(_TICK, max(left, 0.01)), self._look)

    # Bytes in, lines out

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self._heard = self.loop.time()
        if self._state is State.DATA:
            self._receive(data)
        elif self._state is not State.CLOSED:
            self._lines.feed(data)
            if self._state is State.STORING or self._write_paused:
                if len(self._lines) > _AHEAD:
                    self._pause()
                return
        self._process()

    def _process(self) -> None:
        while self._state in (State.COMMAND, State.AUTH) and not self._write_paused:
            in_auth = self._state is State.AUTH
            try:
                line = self._lines.next(AUTH_LIMIT if in_auth else None)
            except LineTooLong:
                self._too_long(in_auth)
                continue
            if line is None:
                break
            self._record.spoken = True
            if in_auth:
                self._respond(line)
            else:
                self._command(line)
        self._flush()
        if self._read_paused and not self._write_paused and self._state is not State.STORING:
            self._read_paused = False
            if self.transport is not None:
                self.transport.resume_reading()

    def _pause(self) -> None:
        if not self._read_paused and self.transport is not None:
            self._read_paused = True
            self.transport.pause_reading()

    def _say(self, reply: str) -> None:
        self._record.transcript.server(reply)
        self._out.append(reply.encode("utf-8", "replace") + b"\r\n")

    def _flush(self) -> None:
        if self._out and self.transport is not None:
            self.transport.write(b"".join(self._out))
        self._out.clear()

    def _leave(self, reply: str, outcome: str) -> None:
        self._say(reply)
        self._flush()
        self._end(outcome)
        if self.transport is not None:
            self.transport.close()

    def _end(self, outcome: str) -> None:
        self._state = State.CLOSED
        self._lines.clear()
        self._record.ended(outcome)

    def _refuse(self, refusal: Rejected) -> None:
        self._say(str(refusal))
        self._record.refused()
        self._errors += 1
        if self._errors > self._door.section.max_errors:
            self._leave("421 4.7.0 too many errors", "refused: too many errors")

    # Commands

    def _command(self, line: bytes) -> None:
        verb, argument = split_command(line)
        if len(line) > COMMAND_LIMIT and verb != "AUTH":
            self._too_long(in_auth=False)
            return
        if verb == "AUTH":
            self._record.transcript.client(_masked(line))
        else:
            self._record.transcript.client(line)
        handle = self._COMMANDS.get(verb)
        if handle is None:
            self._refuse(Rejected(500, "5.5.2", "this command is not known"))
            return
        if verb in _JUNK:
            self._junk += 1
            if self._junk > self._door.section.max_junk:
                self._leave("421 4.7.0 too many commands without a mail", "refused: too many commands without a mail")
                return
        try:
            handle(self, argument)
        except Exception as error:  # noqa: BLE001 - one client's line never breaks the server (G7)
            self._refuse(reply_to(error))

    def _too_long(self, in_auth: bool) -> None:
        self._record.transcript.remark("a line was too long and was dropped")
        if in_auth:
            self._state, self._exchange = State.COMMAND, None
            self._refuse(Rejected(500, "5.5.6", "the line is too long"))
        else:
            self._refuse(Rejected(500, "5.5.2", "the line is too long"))

    def _helo(self, argument: str) -> None:
        self._hello(argument, extended=False)
        self._say(f"250 {self._door.hostname}")

    def _ehlo(self, argument: str) -> None:
        self._hello(argument, extended=True)
        for extension in self._door.extensions[:-1]:
            self._say(f"250-{extension}")
        self._say(f"250 {self._door.extensions[-1]}")

    def _hello(self, name: str, *, extended: bool) -> None:
        if not name:
            raise Rejected(501, "5.5.4", "a host name must follow")
        self._reset()
        self.session.host_name, self.session.extended_smtp = name, extended
        self._record.note(helo=name[:255], protocol="ESMTP" if extended else "SMTP")

    def _mail(self, argument: str) -> None:
        if self._path is not None:
            raise Rejected(503, "5.5.1", "a mail has begun already: RSET ends it")
        path = parse_mail(argument)
        size = int(path.params.get("SIZE") or 0)
        if size > self._door.section.max_message_size:
            raise self._too_large()
        self._door.inbox.check_room(size)
        self._path = path
        self.envelope.mail_from, self.envelope.smtp_utf8 = path.address, "SMTPUTF8" in path.params
        self._say("250 2.1.0 OK")

    def _rcpt(self, argument: str) -> None:
        if self._path is None:
            raise Rejected(503, "5.5.1", "MAIL must come first")
        path = parse_rcpt(argument)
        if len(self._recipients) >= self._door.section.max_recipients:
            raise Rejected(452, "4.5.3", "too many recipients: send the rest in another mail")
        self._recipients.append(Recipient(path.address, path.params))
        self.envelope.rcpt_tos.append(path.address)
        self._say("250 2.1.5 OK")

    def _begin_data(self, argument: str) -> None:
        if argument:
            raise Rejected(501, "5.5.4", "DATA takes no argument")
        if self._path is None:
            raise Rejected(503, "5.5.1", "MAIL must come first")
        if not self._recipients:
            raise Rejected(554, "5.5.1", "no recipient was accepted")
        self._door.inbox.check_room(int(self._path.params.get("SIZE") or 0))
        self._say("354 go ahead; end with CRLF.CRLF")
        self._flush()
        self._state = State.DATA
        self._data = DataReader(self._door.section.max_message_size)
        self._data_began = self.loop.time()
        if len(self._lines):
            self._receive(self._lines.take())

    def _receive(self, block: bytes) -> None:
        data, path = self._data, self._path
        if data is None or path is None or (rest := data.feed(block)) is None:
            return
        self._data = None
        if rest:
            self._lines.feed(rest)
        self._record.transcript.remark(f"{data.size} bytes of data")
        if data.too_large:
            self._state = State.COMMAND
            self._reset()
            self._refuse(self._too_large())
            return
        self._state = State.STORING
        self._store(data.content(), path)

    def _store(self, raw: bytes, path: Path) -> None:
        try:
            self._pending = self._door.inbox.accept(
                raw, self._envelope(path), origin="smtp", session=self._record.of_mail()
            )
        except Exception as error:  # noqa: BLE001 - see _command
            self._stored(_failed(error))
        else:
            self._door.returns.when_done(self._pending, self._stored)

    def _stored(self, future: Future[Added]) -> None:
        self._pending = None
        if self._state is not State.STORING:
            return  # the client has gone meanwhile
        self._state = State.COMMAND
        self._reset()
        error = None if future.cancelled() else future.exception()
        if error is None:
            self._errors = self._junk = 0
            self._say(f"250 2.0.0 Ok: queued as {future.result().id}")
        else:
            self._record.note(accepted=self._record.session.accepted - 1)
            self._refuse(reply_to(error))
        if self._door.stopping:
            self._flush()
            self.stop()
            return
        self._process()

    def _envelope(self, path: Path) -> model.Envelope:
        session = self._record.session
        return model.Envelope(
            mail_from=path.address,
            rcpt_to=tuple(self._recipients),
            mail_params=path.params,
            helo=session.helo,
            peer=session.peer,
            tls=session.tls,
            auth_user=session.auth_user,
            listener=session.listener,
            protocol=session.protocol,
        )

    def _reset(self) -> None:
        """End the transaction whole: nothing of it shows up in the next."""
        self._path = None
        self._recipients = []
        self.envelope = self._create_envelope()

    def _too_large(self) -> Rejected:
        return Rejected(552, "5.3.4", f"a message may have {self._door.section.max_message_size} bytes")

    def _rset(self, argument: str) -> None:
        self._reset()
        self._say("250 2.0.0 OK")

    def _noop(self, argument: str) -> None:
        self._say("250 2.0.0 OK")

    def _vrfy(self, argument: str) -> None:
        if not argument:
            raise Rejected(501, "5.5.4", "an address must follow")
        self._say("252 2.5.0 mailcatch takes mail for everyone")

    def _help(self, argument: str) -> None:
        self._say("214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY AUTH HELP QUIT")

    def _quit(self, argument: str) -> None:
        self._leave("221 2.0.0 Bye", "QUIT")

    # AUTH

    def _auth(self, argument: str) -> None:
        if self._path is not None or self.session.authenticated:
            raise Rejected(503, "5.5.1", "not now")
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() not in sasl.MECHANISMS:
            raise Rejected(504, "5.5.4", f"only {' and '.join(sasl.MECHANISMS)} are offered")
        self._exchange = sasl.exchange(mechanism.upper(), initial.strip().encode() if initial else None)
        self._advance(self._exchange, None)

    def _respond(self, line: bytes) -> None:
        self._record.transcript.client(b"***" if line != b"*" else line)
        if self._exchange is not None:
            self._advance(self._exchange, line)

    def _advance(self, exchange: sasl.Exchange, response: bytes | None) -> None:
        self._state = State.COMMAND
        try:
            challenge = exchange.send(response)  # type: ignore[arg-type] # None starts a generator
        except StopIteration as done:
            self._authenticated(done.value)
        except sasl.SaslCancelled:
            self._refuse(Rejected(501, "5.7.0", "given up"))
        except sasl.SaslError as error:
            self._refuse(Rejected(501, "5.5.2", str(error)))
        else:
            self._state = State.AUTH
            self._say(f"334 {sasl.encode(challenge).decode()}")

    def _authenticated(self, credentials: sasl.Credentials) -> None:
        self.session.authenticated = True
        self._record.note(auth_user=credentials.user[:255])
        self._say("235 2.7.0 OK")

    _COMMANDS: ClassVar[dict[str, Callable[[Server, str], None]]] = {
        "HELO": _helo,
        "EHLO": _ehlo,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _begin_data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "HELP": _help,
        "QUIT": _quit,
        "AUTH": _auth,
    }


_JUNK = frozenset({"HELO", "EHLO", "RSET", "NOOP", "VRFY", "HELP"})


def _masked(line: bytes) -> bytes:
    """Return an AUTH line without its secret."""
    pieces = line.split(None, 2)
    return b" ".join(pieces[:2]) + (b" ***" if len(pieces) > 2 else b"")


def _failed(error: Exception) -> Future[Added]:
    future: Future[Added] = Future()
    future.set_exception(error)
    return future


def _spelt(address: tuple[str, int] | None) -> str:
    if not address:
        return "unknown"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
