"""Writes on many messages, a step at a time: mail that arrives meanwhile is stored between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from mailcatch.errors import Overloaded
from mailcatch.store.api import Outcome
from mailcatch.store.transaction import Transaction
from mailcatch.store.writer import Writer

STEP = 10_000
"""Messages in one transaction, hence in one event: to remove them takes about a second."""

SMALL_STEP = 8
"""The same on a full disk: a larger transaction would fill what is left of it before it fails."""


def take(
    writer: Writer,
    choose: Callable[[Transaction], Sequence[int]],
    act: Callable[[Transaction, Sequence[int]], Outcome],
    size: int,
) -> Future[Outcome]:
    """Have the writer act on what `choose` finds, `size` messages a step; the future has the sum of all steps.

    Each step is durable by itself: if one fails, the future does, and those before it stay done. On a full disk a
    delete needs room first; one that finds none is tried with fewer messages, which give some back.
    """
    whole: Future[Outcome] = Future()
    left: Sequence[int] = ()
    count = 0

    def first(transaction: Transaction) -> Outcome:
        nonlocal left
        left = choose(transaction)
        return step(transaction)

    def step(transaction: Transaction) -> Outcome:
        return act(transaction, left[:size])

    def done(future: Future[Outcome]) -> None:
        nonlocal left, count, size
        try:
            size = min(size, len(left)) or 1
            if size > 1 and isinstance(future.exception(), Overloaded):
                size //= 2
                writer.submit(step).add_done_callback(done)
                return
            outcome = future.result()
            left, count = left[size:], count + outcome.count
            if left:
                writer.submit(step).add_done_callback(done)
            else:
                whole.set_result(Outcome(count, outcome.seq))
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            whole.set_exception(error)

    first_step = writer.submit(first)
    whole.set_running_or_notify_cancel()
    first_step.add_done_callback(done)
    return whole
