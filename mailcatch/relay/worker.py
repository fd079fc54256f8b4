"""The relay at work: takes what is due from the queue, makes the attempts, and takes down what came of them.

Four attempts at once, one for a domain. It looks when something changed in the queue, when an attempt has ended and
when the next recipient is due; never because mail arrived. A stop leaves attempts a moment, then interrupts them: what
had not sent its dot is due at the next start, what had is uncertain.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from mailcatch.errors import Conflict, MailcatchError, NotFound
from mailcatch.inbox import Inbox
from mailcatch.inbox.queue import Queue, now
from mailcatch.relay.attempt import Means, attempt
from mailcatch.relay.bounce import About
from mailcatch.relay.outgoing import looping, order_of
from mailcatch.relay.recorder import Recorder
from mailcatch.relay.resolver import Resolver
from mailcatch.relay.schedule import Schedule
from mailcatch.relay.settings import Settings
from mailcatch.relay.telling import tell
from mailcatch.store.api import Reader
from mailcatch.store.relay_api import Claim, Settled
from mailcatch.trace import AttemptResult, Order, RecipientResult

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""Attempts at one time."""

GRACE = 3.0
"""Seconds that attempts under way have at the end."""

FLUSH = 0.3
"""Seconds after which what happened in an attempt is there for whoever watches it."""

_FAILED = 5.0  # seconds until the next look after the database could not
_LATEST = 3600.0


class Setup(Struct, frozen=True):
    """What a worker works by."""

    settings: Settings
    schedule: Schedule
    most_hops: int


class Worker:
    """Makes the attempts, in the event loop that `run` is called in."""

    def __init__(self, store: Reader, inbox: Inbox, queue: Queue, setup: Setup) -> None:
        self._store = store
        self._inbox = inbox
        self._queue = queue
        self._setup = setup
        self._resolver = Resolver(setup.settings.servers)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._look = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled. Raises what must end the process: the store's death."""
        self._queue.changed = self._waker()
        await asyncio.wrap_future(self._queue.recover())
        try:
            async with asyncio.TaskGroup() as attempts:
                try:
                    await self._work(attempts)
                finally:
                    await self._end()
        finally:
            self._queue.changed = lambda: None
            with suppress(MailcatchError):
                await asyncio.wrap_future(self._queue.recover())

    def _waker(self) -> Callable[[], None]:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._look.set)

        return wake

    async def _work(self, attempts: asyncio.TaskGroup) -> None:
        while True:
            self._look.clear()
            wait = await self._begin(attempts)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._look.wait()

    async def _begin(self, attempts: asyncio.TaskGroup) -> float:
        """Begin what is due, as far as there is room; return for how many seconds nothing else will be."""
        room = AT_ONCE - len(self._busy)
        if not room:
            return _LATEST
        try:
            found = await asyncio.wrap_future(self._queue.claim(tuple(self._busy), room))
        except MailcatchError as error:
            logger.warning("the relay's queue could not be read: %s", error)
            return _FAILED
        for claim in found.claims:
            self._busy[claim.domain] = attempts.create_task(self._attempt(claim))
        if found.next_at is None:
            return _LATEST
        return min(max((found.next_at - now()) / 1000, 0.01), _LATEST)

    async def _end(self) -> None:
        """Give those under way a moment, then interrupt them."""
        tasks = list(self._busy.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()

    # One attempt

    async def _attempt(self, claim: Claim) -> None:
        try:
            await self._try(claim)
        except MailcatchError as error:
            logger.warning("an attempt of job %s could not be taken down: %s", claim.job, error)
        except Exception:
            logger.exception("an attempt of job %s failed", claim.job)
            with suppress(MailcatchError):
                await self._interrupted(claim, "something failed here; the log has it")
        finally:
            del self._busy[claim.domain]
            self._look.set()

    async def _try(self, claim: Claim) -> None:
        began, recorder = time.monotonic(), Recorder()
        try:
            order = await asyncio.to_thread(order_of, claim, self._store, self._setup.settings.helo)
        except NotFound:
            return  # the message was deleted, and its job with it
        result = await self._watched(claim, order, recorder)
        settled = self._settled(claim, result, recorder)
        await asyncio.wrap_future(self._queue.end(claim, settled, result.verdict, recorder.events))
        _log(claim, order, settled, result, time.monotonic() - began)
        await self._tell(order, replace(result, results=tuple([each.result for each in settled])), recorder)

    async def _watched(self, claim: Claim, order: Order, recorder: Recorder) -> AttemptResult:
        async with asyncio.TaskGroup() as tasks:
            flushing = tasks.create_task(self._flush(claim, recorder))
            try:
                return await self._result(claim, order, recorder)
            except (Conflict, NotFound) as error:
                recorder.note("verdict", text=f"not sent: {error}")
                return _taken_back(order, str(error))
            finally:
                flushing.cancel()

    async def _result(self, claim: Claim, order: Order, recorder: Recorder) -> AttemptResult:
        failed = looping(order, self._setup.most_hops)
        if failed:
            for each in failed:
                recorder.note("rcpt.result", address=each.address, state=each.state, code=each.code,
                              enhanced=each.enhanced, text=each.text, stage=each.stage)  # fmt: skip
            recorder.note("verdict", text=failed[0].text)
            return AttemptResult(failed, failed[0].text)

        async def before_dot() -> None:
            await asyncio.wrap_future(self._queue.dot(claim))

        return await attempt(order, self._setup.settings, Means(self._resolver, recorder.note, before_dot))

    async def _flush(self, claim: Claim, recorder: Recorder) -> None:
        """Keep the trace as it grows."""
        kept = 0
        while True:
            await asyncio.sleep(FLUSH)
            events = recorder.events[kept:]
            if events:
                kept += len(events)
                with suppress(MailcatchError):
                    await asyncio.wrap_future(self._queue.trace(claim, events))

    def _settled(self, claim: Claim, result: AttemptResult, recorder: Recorder) -> list[Settled]:
        """Give each deferred recipient the time of its next attempt, or call it expired."""
        settled, at = list[Settled](), self._setup.schedule.next_at(claim.tries, now())
        for each in result.results:
            if each.state != "deferred":
                settled.append(Settled(each))
            elif each.text == _TAKEN_BACK:
                settled.append(Settled(each, now()))
            elif at > claim.expires_at:
                settled.append(Settled(replace(each, state="expired")))
            else:
                settled.append(Settled(each, at))
        later = [each.result.address for each in settled if each.next_at == at]
        if later:
            recorder.note("retry.scheduled", at=at, addresses=later, profile=self._setup.schedule.name)
        return settled

    async def _interrupted(self, claim: Claim, why: str) -> None:
        at = self._setup.schedule.next_at(claim.tries, now())
        settled = [
            Settled(RecipientResult(each.number, each.address, "deferred", 451, "4.3.0", why), at)
            for each in claim.recipients
        ]
        await asyncio.wrap_future(self._queue.end(claim, settled, why, ()))

    async def _tell(self, order: Order, result: AttemptResult, recorder: Recorder) -> None:
        """Tell the sender of what has failed for good."""
        about = About(self._setup.settings.helo)
        await asyncio.to_thread(tell, self._inbox, order, result, recorder.events, about)


_TAKEN_BACK = "somebody was taken out of this attempt"


def _taken_back(order: Order, why: str) -> AttemptResult:
    """Return the end of an attempt that was stopped before its dot: who is still in it is tried again at once."""
    results = [
        RecipientResult(each.number, each.address, "deferred", 451, "4.3.2", _TAKEN_BACK) for each in order.recipients
    ]
    return AttemptResult(tuple(results), f"not sent: {why}")


def _log(claim: Claim, order: Order, settled: Sequence[Settled], result: AttemptResult, seconds: float) -> None:
    """Write the one line of an attempt."""
    logger.info(
        "relay attempt",
        extra={
            "job": claim.job, "message_id": claim.message, "attempt": claim.n, "domain": claim.domain,
            "recipients": len(settled), "states": ",".join(sorted({each.result.state for each in settled})),
            "mta": next((each.result.mta for each in settled if each.result.mta), None), "bytes": len(order.content),
            "ms": round(seconds * 1000), "verdict": result.verdict,
        },
    )  # fmt: skip
