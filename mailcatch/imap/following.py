r"""Pushes what happens in mailboxes to the sessions that idle in them.

One task for the whole door: after a commit it reads each mailbox that is watched once, however many sessions watch it,
and hands the same value to each. The first commit is handed on at once, those that follow gather for PACE: mail that
pours in costs twenty reads a second and mailbox, not one for each mail.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mailcatch.bus import Bus
from mailcatch.errors import MailcatchError
from mailcatch.store.mailbox_api import Changes, MailboxReader

log = logging.getLogger(__name__)

PACE, BUSY_PACE = 0.05, 0.08
"""Seconds from one reading to the next: when telling everyone is quick, and when it takes its time."""

_QUICK = 10  # telling is quick if it takes less than one part in so many of the time
_SHARE = 4  # it never takes more than this, however many mailboxes are watched
_FAILED = 1.0  # seconds until the next try after the database could not
_AT_ONCE = 64  # sessions served before others may have the loop

Read = Callable[[Callable[[], list[Changes]]], Awaitable[list[Changes]]]
"""Runs a reading elsewhere than in the loop."""


@dataclass(eq=False, slots=True)
class Watcher:
    r"""A session that wants to hear of a mailbox. `deliver` is called in the loop.

    `claims` tells whether it may take new mail as \Recent; `claim` is then called, for one watcher of a mailbox.
    """

    mailbox: int
    deliver: Callable[[Changes], None]
    claim: Callable[[], Awaitable[range]] | None = None


@dataclass(eq=False, slots=True)
class _Watched:
    """A mailbox, how far it was read, up to which UID new mail is claimed, and who watches it."""

    position: int
    claimed: int
    watchers: list[Watcher] = field(default_factory=list)


class Following:
    """The task that reads and hands on; `watch` and `leave` may be called at any time in its loop."""

    def __init__(self, reader: MailboxReader, bus: Bus, read: Read) -> None:
        self._reader = reader
        self._bus = bus
        self._read = read
        self._mailboxes: dict[int, _Watched] = {}
        self._wanted = asyncio.Event()
        self._seq = 0

    def watch(self, watcher: Watcher, position: int, uidnext: int) -> None:
        """Hand on what happens after `position`, or after a later one if others watch already.

        Whoever reads the mailbox itself after this call, and applies that first, misses nothing.
        """
        watched = self._mailboxes.setdefault(watcher.mailbox, _Watched(position, uidnext))
        watched.watchers.append(watcher)
        self._wanted.set()

    def leave(self, watcher: Watcher) -> None:
        """Hand on no more."""
        watched = self._mailboxes[watcher.mailbox]
        watched.watchers.remove(watcher)
        if not watched.watchers:
            del self._mailboxes[watcher.mailbox]
            if not self._mailboxes:
                self._wanted.clear()

    async def run(self) -> None:
        """Follow the bus until it closes."""
        clock = asyncio.get_running_loop().time
        while not self._bus.closed:
            await self._wanted.wait()
            seq = await self._bus.changed(self._seq)
            began = clock()
            failed = False
            try:
                await self._round()
                self._seq = seq
            except MailcatchError as error:
                log.warning("mailboxes that are watched could not be read: %s", error)
                failed = True
            except Exception:
                log.exception("following mailboxes failed")
                failed = True
            took = clock() - began
            await asyncio.sleep(_FAILED if failed else pause_after(took))

    async def _round(self) -> None:
        asked = list(self._mailboxes.items())
        positions = [(mailbox, watched.position) for mailbox, watched in asked]
        read = await self._read(lambda: self._changes(positions))
        followed = [each for each in zip(asked, read, strict=True) if self._mailboxes.get(each[0][0]) is each[0][1]]
        for (_, watched), changes in followed:
            await self._hand_on(watched, changes)
        await asyncio.gather(*(self._claim(watched, changes) for (_, watched), changes in followed))

    def _changes(self, positions: Sequence[tuple[int, int]]) -> list[Changes]:
        return [self._reader.changes(mailbox, position) for mailbox, position in positions]

    async def _hand_on(self, watched: _Watched, changes: Changes) -> None:
        watched.position = max(watched.position, changes.highest_modseq)
        if not (changes.changed or changes.vanished) and changes.exists:
            return
        for served, watcher in enumerate(tuple(watched.watchers), 1):
            watcher.deliver(changes)
            if served % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _claim(self, watched: _Watched, changes: Changes) -> None:
        r"""Let one of the watchers have what is \Recent: the first that was told of it (RFC 3501 §2.3.2)."""
        if changes.uidnext <= watched.claimed:
            return
        watched.claimed = changes.uidnext
        claim = next((each.claim for each in watched.watchers if each.claim is not None), None)
        if claim is not None:
            claimed = await claim()
            watched.claimed = max(watched.claimed, claimed.stop)


def pause_after(took: float) -> float:
    """Return how long to rest after a reading that took so many seconds: mail that comes in has the first claim."""
    pace = PACE if took * _QUICK <= PACE else BUSY_PACE
    return max(pace - took, took * (_SHARE - 1))
