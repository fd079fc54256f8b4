"""What ends the process, and what makes it read its files again: signals, and the end of a stream."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from types import FrameType

logger = logging.getLogger(__name__)

STOP_WITHIN = 4.7
"""Seconds after which a stop that hangs is cut short; whatever was acknowledged is on disk (G17)."""

_PIECE = 4096  # bytes; what comes is of no interest


class Stop:
    """The signals: the first ends the service in order, a second one the process at once.

    The end of a stream that is followed ends it in order too, and makes no signal a second one. SIGHUP calls `hung_up`,
    unless the terminal that mailcatch was started in has gone with it: that ends it.
    """

    def __init__(self) -> None:
        self.hung_up: Callable[[], None] = lambda: None
        self._wanted = False
        self._signalled = False
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clean: ExitStack | None = None
        self._watchdog: threading.Timer | None = None
        self._had_terminal = False

    def listen(self) -> None:
        """Take the signals over; only in the main thread."""
        self._had_terminal = not _terminal_is_gone()
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGTERM, self._end)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._hang_up)

    def follow(self, stream: int) -> None:
        """Stop in order when a stream ends: whoever held its other end has gone, however that came.

        A pipe ends with the last process that holds it, after SIGKILL too, and on every system; a process cannot be
        told of its parent's death in a way that Linux, macOS and Windows share.
        """
        threading.Thread(target=self._follow, args=(stream,), name="stdin", daemon=True).start()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the loop that waits."""
        self._loop = loop
        if self._wanted:
            self._event.set()

    def ask(self) -> None:
        """Ask for the end, as the first signal does; called in the loop."""
        self._event.set()

    async def wait(self) -> None:
        """Return when the end was asked for."""
        await self._event.wait()

    def done(self) -> None:
        """Stop watching: the end was reached in time."""
        if self._watchdog is not None:
            self._watchdog.cancel()

    @contextmanager
    def cleaning(self, announcement: AbstractContextManager[None]) -> Iterator[None]:
        """Keep an announcement, which goes also when the process is ended at once."""
        with ExitStack() as stack:
            stack.enter_context(announcement)
            self._clean = stack
            yield

    def _follow(self, stream: int) -> None:
        with suppress(OSError):  # closed from the start, or a terminal that has gone
            while os.read(stream, _PIECE):
                pass
        with suppress(RuntimeError):  # the loop has ended already
            self._want()

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self._signalled:
            self._leave(128 + number)
        self._signalled = True
        self._want()

    def _want(self) -> None:
        if self._wanted:
            return
        self._wanted = True
        self._watchdog = threading.Timer(STOP_WITHIN, self._too_long)
        self._watchdog.daemon = True
        self._watchdog.start()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.ask)

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        if self._had_terminal and _terminal_is_gone():
            self._end(number, frame)
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self.hung_up)

    def _too_long(self) -> None:
        logger.warning("stopping took longer than %s s and is cut short; acknowledged mail is on disk", STOP_WITHIN)
        self._leave(0)

    def _leave(self, code: int) -> None:
        if self._clean is not None:
            self._clean.close()
        os._exit(code)


def _terminal_is_gone() -> bool:
    """Tell whether there is no controlling terminal (any more)."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY))
    except OSError:
        return True
    return False
