"""The semaphore that counts bytes."""

import threading

from mailcatch.inbox.budget import ByteBudget


def started(target) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_a_taker_waits_until_there_is_room():
    """What does not fit waits for what is given back."""
    budget, entered, leave = ByteBudget(100), threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        with budget.taken(80):
            entered.set()
            leave.wait(5)
            order.append("first")

    def second() -> None:
        with budget.taken(30):
            order.append("second")

    one = started(first)
    assert entered.wait(5)
    two = started(second)
    leave.set()
    one.join(5)
    two.join(5)
    assert order == ["first", "second"]


def test_one_larger_than_the_budget_goes_alone():
    """A size beyond the limit does not wait for ever."""
    budget = ByteBudget(10)
    with budget.taken(1_000):
        pass
    with budget.taken(5):
        pass


def test_close_lets_everyone_through():
    """A stopping process keeps nobody waiting."""
    budget, entered, done = ByteBudget(10), threading.Event(), threading.Event()

    def waits() -> None:
        entered.set()
        with budget.taken(10):
            done.set()

    with budget.taken(10):
        started(waits)
        assert entered.wait(5)
        assert not done.is_set()
        budget.close()
        assert done.wait(5)
