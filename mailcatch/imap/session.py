"""One IMAP session: a state, and the loop that answers one command after the other (RFC 3501 §3, §5.5).

What a command does is its handler's; the session knows who is logged in, what is selected, and tells what happened
there. Everything slow is awaited: readings run in the door's threads, writes are futures of the inbox, and what is said
waits for a client that does not read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, ParamSpec, Protocol, TypeVar

from mailcatch.auth import Authority
from mailcatch.bus import Bus
from mailcatch.config import ImapSection
from mailcatch.connection.partings import Parting
from mailcatch.errors import MailcatchError
from mailcatch.imap import answers
from mailcatch.imap.capabilities import capabilities
from mailcatch.imap.following import Following
from mailcatch.imap.handlers import registry
from mailcatch.imap.outcome import Outcome, outcome_of
from mailcatch.imap.problem import Problem
from mailcatch.imap.reader import Continue, Event, Line, Received, Refused
from mailcatch.imap.registry import News, State, in_uid_form, news_after
from mailcatch.imap.sets import SequenceSet
from mailcatch.imap.tracks import Tracks
from mailcatch.imap.view import View
from mailcatch.imap.wire import Wire
from mailcatch.inbox import Inbox
from mailcatch.store.api import Reader as StoreReader
from mailcatch.store.mailbox_api import Account, MailboxReader, Range
from mailcatch.tls import HandshakeFailed

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Reader(StoreReader, MailboxReader, Protocol):
    """The reading side of the store, accounts included."""


class Run(Protocol):
    """Runs a reading in one of the door's threads."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Return what it returns."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the sessions of a door share."""

    reader: Reader
    inbox: Inbox
    bus: Bus
    authority: Authority
    following: Following
    section: ImapSection
    run: Run


class Session:
    """One client, from its greeting to its end."""

    def __init__(self, services: Services, wire: Wire) -> None:
        self.services = services
        self.wire = wire
        self.account: Account | None = None
        self.view: View | None = None
        self.condstore = False
        self.tag = ""  # of the command that is being answered
        self.tracks = Tracks()
        self.failed_logins = 0
        self._over = False
        self._errors = 0
        self._seen = -1  # where the log was when the mailbox was last looked at

    @property
    def state(self) -> State:
        """Where the session is."""
        if self._over:
            return State.LOGGED_OUT
        if self.account is None:
            return State.NOBODY
        return State.AUTHENTICATED if self.view is None else State.SELECTED

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What may be asked of the session in its state."""
        return capabilities(logged_in=self.account is not None, starttls=self.wire.can_start_tls)

    @property
    def selected(self) -> View:
        """The view of the selected mailbox. Raises Problem in a state that has none."""
        if self.view is None:
            raise Problem("select a mailbox first")
        return self.view

    @property
    def owner(self) -> Account:
        """Whose mail this is. Raises Problem in a state that has nobody."""
        if self.account is None:
            raise Problem("log in first")
        return self.account

    # Life

    async def run(self) -> None:
        """Greet, and answer until the client or the session has had enough."""
        self.say(answers.untagged("OK", "mailcatch is ready", answers.capability_code(self.capabilities)))
        while not self._over:
            event = await self.wire.next()
            if event is None:
                break
            await self._take(event)
            await self.wire.drain()

    def leave(self, text: str, code: str | None = None) -> None:
        """Say BYE; the session is over."""
        if not self._over:
            self.say(answers.untagged("BYE", text, code))
            self._over = True

    async def _take(self, event: Event) -> None:
        match event:
            case Received(tag, _):
                self.tag = tag
                await self._answer(event)
            case Refused(tag, condition, code, text):
                self._refuse(tag, condition, code, text)
            case Continue():
                self.say(answers.continuation("send the literal"))
            case Line():
                self._refuse(None, "BAD", None, "that is no command")

    async def _answer(self, received: Received) -> None:
        command = received.command
        try:
            handler = registry.find(command, self.state)
            outcome: Outcome | None = await handler.call(self, command)
            await self.tell(news_after(command, handler), with_uid=in_uid_form(command))
        except (Parting, HandshakeFailed, ConnectionError):
            raise
        except Exception as error:
            outcome = outcome_of(error)
            if outcome.code == "SERVERBUG" and not isinstance(error, MailcatchError):
                log.exception("an IMAP command failed")
        if outcome is None:
            return
        if outcome.condition == "BAD":
            self._refuse(received.tag, "BAD", outcome.code, outcome.text)
        else:
            self.say(answers.tagged(received.tag, outcome.condition, outcome.text, outcome.code))

    def _refuse(self, tag: str | None, condition: Literal["BAD", "NO"], code: str | bytes | None, text: str) -> None:
        if tag is None:
            self.say(answers.untagged(condition, text, code))
        else:
            self.say(answers.tagged(tag, condition, text, code))
        if condition == "BAD":
            self._errors += 1
            if self._errors >= self.services.section.max_errors:
                self.wire.end("too many errors")
                self.leave("too many commands that cannot be understood")

    def log_out(self) -> None:
        """End after the answer that follows."""
        self.leave("see you")
        self.wire.end("LOGOUT")

    # Talking

    def say(self, *responses: bytes) -> None:
        """Send responses, each whole."""
        if responses:
            self.wire.write(*responses)

    async def say_all(self, responses: Sequence[bytes]) -> None:
        """Send responses, at the pace at which the client reads them."""
        for start in range(0, len(responses), _AT_ONCE):
            self.say(*responses[start : start + _AT_ONCE])
            await self.wire.drain()

    # Working

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a reading in a thread and return what it returns."""
        return await self.services.run(lambda: call(*args, **kwargs))

    async def write(self, future: Future[T]) -> T:
        """Wait for a write of the inbox."""
        return await asyncio.wrap_future(future)

    # The selected mailbox

    def select(self, view: View | None) -> None:
        """Take a view as the selected mailbox, or none."""
        self.view = view
        self._seen = -1

    def use_condstore(self) -> None:
        """Tell MODSEQs from now on (RFC 7162 §3.1)."""
        self.condstore = True
        if self.view is not None:
            self.view.condstore = True

    async def tell(self, news: News, *, with_uid: bool = False) -> None:
        """Tell what happened in the selected mailbox since it was last looked at, if the log has grown since."""
        view, expunge = self.view, news is News.ALL
        if view is None or news is News.NONE:
            return
        if self.services.bus.seq != self._seen or (expunge and view.owes_expunge):
            await self.look(expunge=expunge, with_uid=with_uid)

    async def look(self, *, expunge: bool, with_uid: bool = False) -> None:
        """Look at the selected mailbox and tell what happened."""
        view, seq = self.selected, self.services.bus.seq
        changes = await self.read(self.services.reader.changes, view.mailbox.number, view.position)
        if changes.uidnext > view.claimed:
            await self.claim()
        if view is self.view:
            self._seen = seq
            await self.say_all(view.apply(changes, expunge=expunge, with_uid=with_uid))

    async def claim(self) -> range:
        r"""Take the mail that is \Recent for this session, if it may."""
        view = self.selected
        if view.read_only:
            return range(0)
        claimed = await self.write(self.services.inbox.mailboxes.claim_recent(view.mailbox.number))
        view.claim(claimed)
        return claimed

    def uids(self, messages: SequenceSet, *, by_uid: bool) -> tuple[Range, ...]:
        """Return the UIDs that a client's set means. Raises Problem for a sequence number beyond the view."""
        try:
            return self.selected.uids(messages, by_uid=by_uid)
        except IndexError as error:
            raise Problem(str(error)) from error


_AT_ONCE = 1_000  # responses joined to one write
