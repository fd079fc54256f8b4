"""Running a command so that nothing of it is left, whoever ends first: the guardian between us and the command.

    mailcatch run (the front) ── guardian ── command ── its own children

The guardian is a fork of the front. A pipe leads from the front to it: a byte is a signal to hand on, the pipe's end is
the front's death, which SIGKILL brings too. Then it kills the command and all that descends from it; on Linux it is
the one to whom orphans come, so that none hides by having lost its parent. If the guardian itself is killed, the
command dies with it (Linux). Where there is no /proc, the command's process group stands for its descendants.

With a controlling terminal the command stays in our process group, so that Ctrl-C, Ctrl-Z, fg and the size of the
window reach it as if we were not there, and the keyboard's signals are not handed on a second time. Without one it
has a group of its own, and a signal that we get is handed to that group: once, whoever sends it to whom.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from mailcatch.cli.descendants import adopt_orphans, descendants, die_with
from mailcatch.cli.terminal import say

NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""Exit codes of what cannot be started, as env(1) and shells have them."""

GENTLE = 1.0
"""Seconds that background processes have between SIGTERM and SIGKILL, once their command has ended."""

_STUBBORN = 5.0  # seconds after which a process that even SIGKILL does not end is left to the system
_LOOK_AGAIN = 0.02  # seconds; a process that is not our child tells nobody of its end

_HANDED_ON = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2})
_FOR_ALL = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
_IGNORED = (*_FOR_ALL, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
_CHANGED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def supervise(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command and return its exit code, 128 + n if signal n ended it; only in the main thread.

    126 and 127 are those of a command that cannot be executed, or is not there.
    """
    with _listening() as ignored:
        read, write = os.pipe()
        job = _Job(list(command), dict(environment), os.getpgrp() if has_terminal() else None, ignored)
        guardian = os.fork()
        if guardian == 0:
            os.close(write)
            _guard(job, read)
        os.close(read)
        try:
            return _wait(guardian, write, from_keyboard=job.group is not None)
        finally:
            os.close(write)


def has_terminal() -> bool:
    """Tell whether a terminal controls us."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def _listening() -> Iterator[frozenset[int]]:
    """Hold back the signals that we hand on, for `_wait` to take; give those that our own parent had us ignore."""
    ignored = frozenset(each for each in _IGNORED if signal.getsignal(each) is signal.SIG_IGN)
    before = signal.signal(signal.SIGCHLD, _heard)  # one that is not handled may be thrown away though it is blocked
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*_HANDED_ON, signal.SIGCHLD})
    try:
        yield ignored
    finally:
        signal.signal(signal.SIGCHLD, before if before is not None else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _heard(number: int, frame: FrameType | None) -> None:
    """Be a handler: to be woken is enough."""


def _wait(guardian: int, pipe: int, *, from_keyboard: bool) -> int:
    """Hand signals on until the guardian has ended, and return its exit code."""
    while True:
        pid, status = os.waitpid(guardian, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        number, typed = _next_signal()
        if number in _HANDED_ON and not (typed and from_keyboard):
            with contextlib.suppress(BrokenPipeError):  # it has just ended
                os.write(pipe, bytes([number]))


def _next_signal() -> tuple[int, bool]:
    """Return the next signal, and whether the terminal sent it to the whole group."""
    wanted = {*_HANDED_ON, signal.SIGCHLD}
    if sys.platform == "linux":
        info = signal.sigwaitinfo(wanted)
        return info.si_signo, info.si_code > 0  # SI_KERNEL; what processes send has 0 or less
    number = signal.sigwait(wanted)
    return number, number in {signal.SIGINT, signal.SIGQUIT}


@dataclass(slots=True)
class _Job:
    """The command; `group` is the process group that it is to join, None for one of its own."""

    command: list[str]
    environment: dict[str, str]
    group: int | None
    ignored: frozenset[int]
    pid: int = 0
    woken: tuple[int, int] = (-1, -1)

    @property
    def whole(self) -> int:
        """The target of signals that are for the whole group, if that is the command's own; else the command."""
        return self.pid if self.group is not None else -self.pid


def _guard(job: _Job, pipe: int) -> NoReturn:
    """Be the guardian."""
    code = 128 + signal.SIGKILL
    try:
        os.setpgid(0, 0)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        adopts = adopt_orphans()
        job.woken = os.pipe()
        os.set_blocking(job.woken[1], False)
        signal.set_wakeup_fd(job.woken[1], warn_on_full_buffer=False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        job.pid = _spawn(job)
        _close_others({pipe, *job.woken})
        ended = _until_end(job, pipe)
        if ended is None:
            _kill_all(job, adopts)
        else:
            code = ended
            _end_rest(job, adopts)
    except BaseException as error:  # noqa: BLE001 - nothing may go back into the front's code, in a second process
        say(f"mailcatch: the command's guardian failed: {error!r}")
        if job.pid:
            _signal(job.whole, signal.SIGKILL)
    finally:
        os._exit(code)


def _spawn(job: _Job) -> int:
    """Start the command, and return its number."""
    guardian, (read, write) = os.getpid(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, job.group or 0)
            die_with(guardian)
            _be_as_started(job.ignored)
            os.execvpe(job.command[0], job.command, job.environment)  # noqa: S606 - it is what we are for
        except OSError as error:
            os.write(write, str(error.strerror).encode())
            os._exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE)
        finally:
            os._exit(NOT_EXECUTABLE)
    os.close(write)
    with contextlib.suppress(OSError):  # the child does it too; whoever is first
        os.setpgid(pid, job.group or pid)
    if problem := os.read(read, 1000):
        say(f"mailcatch: {job.command[0]}: {problem.decode()}")
    os.close(read)
    return pid


def _be_as_started(ignored: frozenset[int]) -> None:
    """Undo what we and Python have set: the command sees signals as whoever started us left them."""
    signal.set_wakeup_fd(-1)
    for number in (*_IGNORED, *_CHANGED_BY_PYTHON, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _close_others(kept: set[int]) -> None:
    """Close what we have from the front: above all its end of the pipe to the server, which would not end with it."""
    last = 2
    for number in [*sorted(kept), os.sysconf("SC_OPEN_MAX")]:
        os.closerange(last + 1, min(number, 1 << 16))
        last = number


def _until_end(job: _Job, pipe: int) -> int | None:
    """Return the command's exit code, or None when the front has gone before."""
    while True:
        if (code := _reaped(job.pid)) is not None:
            return code
        ready, _, _ = select.select([pipe, job.woken[0]], [], [])
        if job.woken[0] in ready:
            os.read(job.woken[0], 4096)
        if pipe in ready:
            numbers = os.read(pipe, 4096)
            if not numbers:
                return None
            for number in numbers:
                _hand_on(job, number)


def _reaped(wanted: int) -> int | None:
    """Take note of each child that has ended, orphans that came to us too; return the code of the one wanted."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == wanted:
                code = os.waitstatus_to_exitcode(ended[1])
                found = code if code >= 0 else 128 - code
    return found


def _hand_on(job: _Job, number: int) -> None:
    _signal(job.whole if number in _FOR_ALL else job.pid, number)


def _signal(target: int, number: int) -> bool:
    """Send a signal to a process, or to a group by its negative number; False where there is none any more."""
    try:
        os.kill(target, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_rest(job: _Job, adopts: bool) -> None:
    """End what the command has left behind; on Linux a daemon, which has made itself a session, is meant to stay."""
    session, asked, start = os.getsid(0), set[int](), time.monotonic()
    while rest := _left(job, adopts, session):
        passed = time.monotonic() - start
        if passed > _STUBBORN:
            return
        for target in rest:
            if passed > GENTLE:
                _signal(target, signal.SIGKILL)
            elif target not in asked:
                asked.add(target)
                _signal(target, signal.SIGTERM)
                _signal(target, signal.SIGCONT)  # a stopped one could not hear it
        if passed > GENTLE and not adopts:
            return  # a killed group can only wait for its parents to notice, who are not we
        _pause(job)


def _kill_all(job: _Job, adopts: bool) -> None:
    """Kill the command and all that descends from it, daemons too: nobody is left whom they could serve."""
    start = time.monotonic()
    _signal(job.whole, signal.SIGKILL)
    while adopts and (rest := _left(job, adopts, None)) and time.monotonic() - start < _STUBBORN:
        for target in rest:
            _signal(target, signal.SIGKILL)
        _pause(job)


def _left(job: _Job, adopts: bool, session: int | None) -> list[int]:
    """Return what is left of the command, as targets of signals: of one session, or with None of all."""
    _reaped(0)
    if adopts:
        with contextlib.suppress(OSError):
            return [each.pid for each in descendants() if session in {None, each.session}]
    return [job.whole] if job.group is None and _signal(job.whole, 0) else []


def _pause(job: _Job) -> None:
    """Wait for a child to end, or a moment: who is not our child tells us nothing."""
    if select.select([job.woken[0]], [], [], _LOOK_AGAIN)[0]:
        os.read(job.woken[0], 4096)
