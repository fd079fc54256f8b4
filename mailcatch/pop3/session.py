"""One POP3 session: its state, and the loop that answers one command after the other (RFC 1939 §3).

What a command does is its handler's. Answers gather while commands wait that were sent ahead (RFC 2449 §6.6) and go out
together. Everything slow is awaited: readings run in the door's threads, writes are futures of the inbox.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from mailcatch.auth import Authority
from mailcatch.config import Pop3Section
from mailcatch.connection.connection import Connection
from mailcatch.connection.lines import Lines
from mailcatch.errors import MailcatchError
from mailcatch.inbox import Inbox
from mailcatch.pop3 import commands
from mailcatch.pop3.commands import Command, Unreadable
from mailcatch.pop3.maildrop import Entry, Maildrop, NoSuchMessage
from mailcatch.pop3.replies import error, error_of
from mailcatch.store.api import Reader
from mailcatch.store.mailbox_api import Fetched, MailboxReader
from mailcatch.wire import LineTooLong

log = logging.getLogger(__name__)

TOGETHER = 64 << 10
"""Bytes of answers that gather before they are sent."""

_TURN = 50  # commands after which others may have the loop

P = ParamSpec("P")
T = TypeVar("T")


class Reads(Reader, MailboxReader, Protocol):
    """The reading side of the store."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the sessions of a door share."""

    store: Reads
    inbox: Inbox
    authority: Authority
    section: Pop3Section
    threads: Executor  # for readings


class State(enum.Enum):
    """Where a session is (RFC 1939 §3); UPDATE is the work of QUIT."""

    AUTHORIZATION = enum.auto()
    TRANSACTION = enum.auto()
    OVER = enum.auto()


class Session:
    """One client, from its greeting to its end."""

    def __init__(self, services: Services, connection: Connection) -> None:
        self.services = services
        self.connection = connection
        self.record = connection.record
        self.user: str | None = None  # that USER named
        self.account = ""  # as a message's path shows it
        self.failures = 0  # of logins
        self._maildrop: Maildrop | None = None
        self._over = False
        self._errors = 0
        self._lines = Lines(connection, commands.LONGEST_RESPONSE)
        self._out: list[bytes] = []
        self._out_size = 0
        self._fetched: set[tuple[int, str]] = set()
        self._to_note: list[Fetched] = []

    @property
    def state(self) -> State:
        """Where the session is."""
        if self._over:
            return State.OVER
        return State.AUTHORIZATION if self._maildrop is None else State.TRANSACTION

    @property
    def maildrop(self) -> Maildrop:
        """The snapshot, in the state that has one."""
        if self._maildrop is None:
            raise RuntimeError("nobody is logged in")
        return self._maildrop

    @property
    def has_maildrop(self) -> bool:
        """Whether somebody is logged in."""
        return self._maildrop is not None

    # Life

    async def run(self) -> None:
        """Greet, and answer until the client or the session has had enough."""
        self.ok("mailcatch is ready")  # without <…@…>: clients would try APOP then
        answered = 0
        while not self._over:
            try:
                line = await self.next_line()
            except LineTooLong:
                self.refuse("the line is too long")
                continue
            if line is None:
                break
            await self._answer(line)
            answered += 1
            if answered % _TURN == 0:
                await asyncio.sleep(0)
        await self.flush()

    async def next_line(self) -> bytes | None:
        """Return what the client says next, None when it has gone. What was answered goes out before it is waited for.

        Raises LineTooLong.
        """
        line = self._lines.next()
        if line is None:
            await self.flush()
            line = await self._lines.read()
        self.connection.expect(self.services.section.idle_timeout)
        return line

    async def _answer(self, line: bytes) -> None:
        self.record.spoken = True
        self.record.transcript.client(commands.shown(line))
        command = commands.parse(line)
        handler, states = HANDLERS.get(command.keyword, (None, ()))
        if len(line) > commands.LONGEST and command.keyword != "AUTH":
            self.refuse("the line is too long")
        elif handler is None:
            self.refuse("that is no command of POP3")
        elif self.state not in states:
            self.refuse("log in first" if self.state is State.AUTHORIZATION else "you are logged in already")
        else:
            await self._call(handler, command)

    async def _call(self, handler: Handler, command: Command) -> None:
        try:
            await handler(self, command)
        except (Unreadable, NoSuchMessage) as problem:
            self.refuse(str(problem))
        except MailcatchError as problem:
            self.say(error_of(problem))

    def log_in(self, maildrop: Maildrop, account: str) -> None:
        """Go on to the TRANSACTION state."""
        self._maildrop, self.account = maildrop, account
        self.record.keep()

    def leave(self, outcome: str) -> None:
        """End the session after what was said."""
        self._over = True
        self.record.end(outcome)

    async def start_tls(self, go_ahead: str) -> None:
        """Do the handshake (RFC 2595 §4); whatever the client had said before is forgotten."""
        self.say(go_ahead)
        said = b"".join(self._out)
        self._out.clear()
        self._out_size = 0
        self.user = None
        await self.connection.start_tls(said, held=self._lines.drop())

    # Talking

    def ok(self, text: str) -> None:
        """Say that it went well."""
        self.say(f"+OK {text}")

    def refuse(self, text: str, code: str = "") -> None:
        """Say that it cannot be; too often, and the session ends."""
        self.say(error(text, code))
        self._errors += 1
        if self._errors >= self.services.section.max_errors:
            self.say(error("too many errors"))
            self.leave("too many errors")

    def say(self, line: str) -> None:
        """Answer one line, which is kept in the record."""
        octets = _CONTROLS.sub("?", line).encode("ascii", "replace")
        self.record.transcript.server(octets.decode("ascii"))
        self._put(octets + b"\r\n")

    def tell(self, lines: list[str]) -> None:
        """Follow an answer with lines and the dot; the record holds only their number, or all if they are few."""
        self._put("".join(f"{line}\r\n" for line in [*lines, "."]).encode("ascii", "replace"))
        if len(lines) <= _FEW:
            for line in [*lines, "."]:
                self.record.transcript.server(line)
        else:
            self.record.transcript.remark(f"{len(lines)} lines")

    async def send(self, data: bytes) -> None:
        """Send what is no answer: content."""
        self._put(data)
        if self._out_size >= TOGETHER:
            await self.flush()

    async def flush(self) -> None:
        """Let out what was said, and wait if the client does not read."""
        if self._to_note:
            self._note()
        if self._out:
            self.connection.write(b"".join(self._out))
            self._out.clear()
            self._out_size = 0
        await self.connection.drain()

    def _put(self, data: bytes) -> None:
        self._out.append(data)
        self._out_size += len(data)

    # Working

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a reading in a thread and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self.services.threads, lambda: call(*args, **kwargs))

    async def write(self, future: Future[T]) -> T:
        """Wait for a write of the inbox."""
        return await asyncio.wrap_future(future)

    def fetched(self, entry: Entry, act: str) -> None:
        """Note a step of a message's path: once per message, session and act."""
        if (entry.message, act) in self._fetched:
            return
        self._fetched.add((entry.message, act))
        now = time.time_ns() // 1_000_000
        self._to_note.append(Fetched(entry.message, self.record.session.id, act, "POP3", self.account, None, now))

    def _note(self) -> None:
        noted, self._to_note = self._to_note, []
        self.services.inbox.mailboxes.note_fetches(noted).add_done_callback(_complain)


Handler = Callable[[Session, Command], Awaitable[None]]

HANDLERS: dict[str, tuple[Handler, tuple[State, ...]]] = {}
"""What answers each keyword, and in which states."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")  # a user name is told back, and may hold any
_FEW = 20  # lines that are kept in the record


def handles(keyword: str, *states: State) -> Callable[[Handler], Handler]:
    """Make a function the handler of a command."""

    def register(handler: Handler) -> Handler:
        HANDLERS[keyword] = handler, states
        return handler

    return register


def _complain(noted: Future[None]) -> None:
    if not noted.cancelled() and (problem := noted.exception()) is not None:
        log.warning("who fetched a message could not be kept: %s", problem)
