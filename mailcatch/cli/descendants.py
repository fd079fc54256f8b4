"""The processes that descend from this one, also those whose own parents have ended. Linux only."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SET_PDEATHSIG = 1  # <linux/prctl.h>
_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs: its number, its parent's, its session's."""

    pid: int
    parent: int
    session: int


def adopt_orphans() -> bool:
    """Become the parent of each descendant whose own parent ends; False where that is not to be had."""
    return _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """End with the parent, at once, even if that is killed; to be called in a child. Does nothing but on Linux."""
    if _prctl(_SET_PDEATHSIG, signal.SIGKILL) and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)  # it was gone before we asked


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def descendants() -> list[Process]:
    """Return them all, without those that have ended and only wait for their parent to notice."""
    running = list(_running())
    found, parents = list[Process](), {os.getpid()}
    while parents:
        children = [each for each in running if each.parent in parents]
        found += children
        parents = {each.pid for each in children}
    return found


def _running() -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            stat = (folder / "stat").read_bytes()
        except OSError:
            continue  # it has just ended
        state, parent, _, session = stat.rpartition(b")")[2].split()[:4]  # the name before may hold anything
        if state not in {b"Z", b"X"}:
            yield Process(int(folder.name), int(parent), int(session))
