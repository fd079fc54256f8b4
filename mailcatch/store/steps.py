"""Writes on many messages, a step at a time: mail that arrives meanwhile is stored between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from mailcatch.errors import Overloaded
from mailcatch.store.transaction import Transaction
from mailcatch.store.writer import Writer

STEP = 10_000
"""Messages in one transaction, hence in one event: to remove them takes about a second."""

SMALL_STEP = 8
"""The same on a full disk: a larger transaction would fill what is left of it before it fails."""


T = TypeVar("T")


def take(
    writer: Writer,
    choose: Callable[[Transaction], Sequence[int]],
    act: Callable[[Transaction, Sequence[int]], T],
    join: Callable[[T, T], T],
    size: int,
) -> Future[T]:
    """Have the writer act on what `choose` finds, `size` of them a step; the future has what all steps gave, joined.

    Each step is durable by itself: if one fails, the future does, and those before it stay done. On a full disk a
    delete needs room first; one that finds none is tried with fewer messages, which give some back.
    """
    whole: Future[T] = Future()
    left: Sequence[int] = ()
    before: list[T] = []  # what the steps that are done gave, joined; empty before the first

    def first(transaction: Transaction) -> T:
        nonlocal left
        left = choose(transaction)
        return step(transaction)

    def step(transaction: Transaction) -> T:
        return act(transaction, left[:size])

    def done(future: Future[T]) -> None:
        nonlocal left, size
        try:
            size = min(size, len(left)) or 1
            if size > 1 and isinstance(future.exception(), Overloaded):
                size //= 2
                writer.submit(step).add_done_callback(done)
                return
            before[:] = [join(before[0], future.result()) if before else future.result()]
            left = left[size:]
            if left:
                writer.submit(step).add_done_callback(done)
            else:
                whole.set_result(before[0])
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            whole.set_exception(error)

    first_step = writer.submit(first)
    whole.set_running_or_notify_cancel()
    first_step.add_done_callback(done)
    return whole


def then(first: Future[object], following: Callable[[], Future[T]]) -> Future[T]:
    """Return what `following` gives once `first` is done; where that fails, its error."""
    whole: Future[T] = Future()
    whole.set_running_or_notify_cancel()

    def finish(future: Future[T]) -> None:
        error = future.exception()
        whole.set_result(future.result()) if error is None else whole.set_exception(error)

    def go_on(future: Future[object]) -> None:
        try:
            future.result()
            following().add_done_callback(finish)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            whole.set_exception(error)

    first.add_done_callback(go_on)
    return whole
