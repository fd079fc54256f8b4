"""IDLE (RFC 2177): what happens in the mailbox is told as it happens, until the client says DONE."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mailcatch.imap import answers, commands
from mailcatch.imap.following import Watcher
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.reader import Event, Line
from mailcatch.imap.registry import LOGGED_IN, registry
from mailcatch.imap.view import View
from mailcatch.store.mailbox_api import Changes

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.Idle, LOGGED_IN)
async def idle(session: Session, command: commands.Idle) -> Outcome:
    """Answer IDLE; without a mailbox there is nothing to tell, and it waits all the same."""
    session.wire.expect_line()
    session.say(answers.continuation("idling"))
    if session.view is None:
        event = await session.wire.next()
    else:
        event = await _Listener(session, session.view).listen()
    if event is None:
        raise ConnectionResetError("the client closed the connection in IDLE")
    if not isinstance(event, Line) or event.text.strip().upper() != b"DONE":
        raise Problem("IDLE ends with DONE")
    return Outcome("no longer idle")


class _Listener:
    """Tells a session what the following hands on, and reads the mailbox itself where that would leave a gap."""

    def __init__(self, session: Session, view: View) -> None:
        self._session = session
        self._view = view
        self._waiting: list[Changes] | None = []  # handed on while the mailbox is being read
        self._jammed = asyncio.Event()
        self._watcher = Watcher(view.mailbox.number, self._take, None if view.read_only else self._claim)

    async def listen(self) -> Event | None:
        """Tell what happens until the client says something, and return that."""
        following = self._session.services.following
        following.watch(self._watcher, self._view.position, self._view.uidnext)
        try:
            await self._catch_up()  # having begun to watch: so nothing falls between
            async with asyncio.TaskGroup() as tasks:
                clearing = tasks.create_task(self._clear_jams())
                event = await self._session.wire.next()
                clearing.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            following.leave(self._watcher)
        return event

    def _take(self, changes: Changes) -> None:
        if self._jammed.is_set():
            return  # the mailbox will be read
        if self._waiting is not None:
            self._waiting.append(changes)
        elif self._session.wire.congested:
            self._jammed.set()
        else:
            self._session.wire.push(self._view.apply(changes, expunge=True))

    async def _clear_jams(self) -> None:
        """Go on when the client reads again: what came meanwhile is read from the mailbox, not kept for it."""
        while True:
            await self._jammed.wait()
            await self._session.wire.drain()
            self._jammed.clear()
            await self._catch_up()

    async def _catch_up(self) -> None:
        self._waiting = []
        await self._session.look(expunge=True)
        waiting, self._waiting = self._waiting, None
        for changes in waiting:
            self._session.wire.push(self._view.apply(changes, expunge=True))

    async def _claim(self) -> range:
        claimed = await self._session.claim()
        if self._waiting is None and self._view.recent_count != self._view.recent_told:
            self._session.say(answers.recent(self._view.told_recent()))
        return claimed
