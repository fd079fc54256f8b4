"""The commands of one connection, and what is said on it: bytes become events here, and the transcript is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mailcatch import model
from mailcatch.connection.connection import Connection
from mailcatch.imap.reader import LITERAL_LIMIT, CommandReader, Event, Line, Received, Refused

_SHOWN = 200  # octets of a response that a transcript keeps
_SHOWN_LINES = 3  # responses of one write that it keeps
_SECRET = b"(masked)"


class Wire:
    """A connection that is read command by command; `patience` is how long a client may be silent, in seconds."""

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._reader = CommandReader(LITERAL_LIMIT)
        self._secret = self._referred_to = False
        self._unsent: list[bytes] = []

    @property
    def record(self) -> model.Session:
        """What is known of the dialogue."""
        return self._connection.record.session

    @property
    def host(self) -> str:
        """The client's address without its port."""
        return self._connection.record.host

    @property
    def can_start_tls(self) -> bool:
        """Whether STARTTLS may be said now."""
        return self._connection.can_start_tls

    @property
    def congested(self) -> bool:
        """Whether the client does not read what it is told."""
        return self._connection.congested

    def allow_messages(self, size: int) -> None:
        """Take messages of that many bytes with APPEND from now on."""
        self._reader.append_limit = size

    def write(self, *responses: bytes) -> None:
        """Send responses, each whole; those that are said in one breath leave in one packet."""
        self._note(responses)
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent += responses

    def push(self, responses: Sequence[bytes]) -> None:
        """Send responses at once: nothing will be said with them."""
        if responses:
            self._note(responses)
            self._flush()
            self._connection.write(b"".join(responses))

    def write_part(self, octets: bytes, *, first: bool = False) -> None:
        """Send a part of a response that is too large for one piece; the transcript sees how it begins."""
        if first:
            self._connection.record.transcript.server(_shown(octets))
        self._unsent.append(octets)
        self._flush()

    async def drain(self) -> None:
        """Wait while the client does not read. Raises ConnectionError when it has gone."""
        self._flush()
        await self._connection.drain()

    async def next(self) -> Event | None:
        """Return what the client says next, None when it has gone. Raises Parting."""
        self._flush()
        self._connection.expect(self._patience)
        while (event := self._reader.next()) is None:
            data = await self._connection.read()
            if not data:
                return None
            self._reader.feed(data)
        self._keep(event)
        return event

    def expect_line(self, *, secret: bool = False) -> None:
        """Take the next line as a Line; a secret one is masked in the transcript."""
        self._secret = secret
        self._reader.expect_line()

    async def start_tls(self, answer: bytes) -> None:
        """Send the answer and do the handshake; what was sent before is dropped. Raises HandshakeFailed."""
        self._flush()
        self._connection.record.transcript.server(_shown(answer))
        held = self._reader.held
        self._reader.clear()
        await self._connection.start_tls(answer, held=held)

    def note(self, *, user: str | None = None, client: str | None = None) -> None:
        """Keep who this is."""
        record = self._connection.record
        if user is not None:
            record.note(auth_user=user)
        if client is not None:
            record.note(client=client)

    def refused(self) -> None:
        """Count a login that failed."""
        self._connection.record.refused()

    def referred_to(self) -> None:
        """Store the session, once, for something will refer to it."""
        if not self._referred_to:
            self._referred_to = True
            self._connection.record.keep()

    def end(self, outcome: str) -> None:
        """Keep how it ended, unless that is known."""
        self._connection.record.end(outcome)

    def _note(self, responses: Sequence[bytes]) -> None:
        transcript = self._connection.record.transcript
        for response in responses[:_SHOWN_LINES]:
            transcript.server(_shown(response))
        if len(responses) > _SHOWN_LINES:
            transcript.remark(f"… {len(responses) - _SHOWN_LINES} more responses …")

    def _flush(self) -> None:
        if self._unsent:
            unsent, self._unsent = self._unsent, []
            self._connection.write(b"".join(unsent))

    def _keep(self, event: Event) -> None:
        record = self._connection.record
        record.spoken = True
        if isinstance(event, Received | Refused):
            record.transcript.client(event.shown.encode())
        elif isinstance(event, Line):
            record.transcript.client(_SECRET if self._secret else event.text[:_SHOWN])
            self._secret = False


def _shown(response: bytes) -> str:
    """Return the first line of a response, cut short."""
    line, _, rest = response.partition(b"\r\n")
    text = line[:_SHOWN].decode("utf-8", "backslashreplace")
    left_out = len(line) - len(line[:_SHOWN]) + len(rest)
    return f"{text} … {left_out} more bytes" if left_out else text
