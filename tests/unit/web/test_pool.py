"""mailcatch.web.pool: workers made on demand."""

from __future__ import annotations

import threading

from mailcatch.web.pool import Pool


class Turn:
    """Work that says when it runs, and runs until it is let go."""

    def __init__(self) -> None:
        self.running, self.go, self.done = threading.Event(), threading.Event(), threading.Event()

    def turn(self) -> None:
        self.running.set()
        self.go.wait(10)
        self.done.set()

    def abort(self) -> None:
        self.go.set()


class Broken(Turn):
    """Work that fails."""

    def turn(self) -> None:
        self.running.set()
        raise ZeroDivisionError


def test_a_worker_is_reused() -> None:
    """One after another needs one thread."""
    pool = Pool(10)
    for _ in range(5):
        work = Turn()
        work.go.set()
        pool.put(work)
        assert work.done.wait(5)
        while pool.busy:
            threading.Event().wait(0.001)
    assert pool.size <= 2  # the first may not have been idle again when the second came
    pool.stop(1)


def test_it_grows_with_what_is_under_way_up_to_its_limit() -> None:
    """Each waiting turn finds a thread, until there are as many as allowed; then it queues."""
    pool, turns = Pool(3), [Turn() for _ in range(4)]
    for work in turns:
        pool.put(work)
    assert all(work.running.wait(5) for work in turns[:3])
    assert pool.size == 3
    assert not turns[3].running.is_set()
    turns[0].go.set()
    assert turns[3].running.wait(5)
    for work in turns:
        work.go.set()
    pool.stop(1)


def test_work_that_fails_costs_no_worker() -> None:
    """The thread goes on."""
    pool = Pool(1)
    for work in (Broken(), last := Turn()):
        pool.put(work)
    assert last.running.wait(5)
    last.go.set()
    pool.stop(1)


def test_stopping_waits_and_then_aborts() -> None:
    """What is under way may finish for the grace, then it is cut off."""
    pool, work = Pool(1), Turn()
    pool.put(work)
    assert work.running.wait(5)
    pool.stop(0.05)
    assert work.done.is_set()
