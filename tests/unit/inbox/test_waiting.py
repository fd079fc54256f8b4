"""Those who wait, and the thread that shows them arrivals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.errors import NotFound, QueryError
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.inbox.expecting import Count, Expectation
from mailcatch.inbox.waiting import Waiter, Waiting
from mailcatch.model import Envelope, Origin, Recipient
from mailcatch.search import comparing
from mailcatch.search.grammar import parse
from mailcatch.search.query import Query
from mailcatch.store.api import NewInbox, NewMessage, Store
from mailcatch.store.sqlite import open_store


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def store(tmp_path: Path, bus: Bus) -> Iterator[Store]:
    made = open_store(tmp_path / "mail.db", bus)
    yield made
    bus.close()
    made.close()


@pytest.fixture
def waiting(store: Store, bus: Bus) -> Iterator[Waiting]:
    made = Waiting(store, bus)
    yield made
    bus.close()
    made.close()


def query(text: str) -> Query:
    return parse(text, now=0)


def mail(subject: str = "x", rcpt: str = "bob@x.test", origin: Origin = "smtp") -> NewMessage:
    envelope = Envelope("", (Recipient(rcpt),))
    return compose(Arrival(f"Subject: {subject}\r\n\r\n".encode(), envelope, origin, 1))


def decided(waiter: Waiter, rung: threading.Event) -> str:
    """Wait for the verdict, by its ring alone."""
    while True:
        rung.clear()
        verdict, seconds = waiter.verdict()
        if verdict != "pending":
            return verdict
        assert rung.wait(min(seconds, 10.0)) or seconds < 10.0


def test_what_is_there_and_what_comes(store: Store, waiting: Waiting) -> None:
    """Both count, each once."""
    store.add(mail("one")).result(5)
    rung = threading.Event()
    with waiting.waiting(Expectation(query("rcpt:bob@x.test"), Count(3)), rung.set) as waiter:
        assert [each.subject for each in waiter.progress.matched] == ["one"]
        store.add(mail("two")).result(5)
        store.add(mail("other", rcpt="eve@x.test")).result(5)
        store.add(mail("three")).result(5)
        assert decided(waiter, rung) == "passed"
        assert [each.subject for each in waiter.progress.matched] == ["one", "two", "three"]


@pytest.mark.parametrize("text", ["subject:yes", "rcpt:bob@x.test", "yes", "-subject:no", "(subject:yes OR tag:x)"])
def test_any_query(store: Store, waiting: Waiting, text: str) -> None:
    """With an address in it or without."""
    rung = threading.Event()
    with waiting.waiting(Expectation(query(text)), rung.set) as waiter:
        store.add(mail("no", rcpt="eve@x.test")).result(5)
        store.add(mail("yes")).result(5)
        assert decided(waiter, rung) == "passed"
        assert [each.subject for each in waiter.progress.matched] == ["yes"]


def test_what_must_be_opened(store: Store, waiting: Waiting) -> None:
    """A header of an arrival is read when somebody waits for it."""
    rung = threading.Event()
    store.add(opened("1")).result(5)
    with waiting.waiting(Expectation(query("header:X-Run=42 has:code")), rung.set) as waiter:
        assert not waiter.progress.matched
        store.add(opened("4")).result(5)
        store.add(opened("42")).result(5)
        assert decided(waiter, rung) == "passed"
        assert [each.subject for each in waiter.progress.matched] == ["42"]


def opened(run: str) -> NewMessage:
    raw = f"Subject: {run}\r\nX-Run: {run}\r\n\r\nYour code is 482910\r\n".encode()
    return compose(Arrival(raw, Envelope("", (Recipient("bob@x.test"),)), "smtp", 1))


def test_a_slow_pattern_ends_its_waiter_alone(store: Store, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hears why; the others go on waiting."""
    slow, other = threading.Event(), threading.Event()
    with (
        waiting.waiting(Expectation(query("subject[regex]:n{1,9}o")), slow.set) as loser,
        waiting.waiting(Expectation(query("subject:two")), other.set) as winner,
    ):
        monkeypatch.setattr(comparing, "SLOW", -1.0)
        store.add(mail("one")).result(5)
        with pytest.raises(QueryError, match="takes more than"):
            decided(loser, slow)
        store.add(mail("two")).result(5)
        assert decided(winner, other) == "passed"


def test_only_arrivals_count(store: Store, waiting: Waiting) -> None:
    """Not what a mail client files, and not what was there before the beginning."""
    seq = store.add(mail("before")).result(5).seq
    rung = threading.Event()
    with waiting.waiting(Expectation(query(""), since=seq), rung.set) as waiter:
        store.add(mail("draft", origin="append")).result(5)
        store.add(mail("after")).result(5)
        assert decided(waiter, rung) == "passed"
        assert [each.subject for each in waiter.progress.matched] == ["after"]


def test_the_newest_of_many_are_looked_for(store: Store, waiting: Waiting) -> None:
    """No more of them are read than can matter."""
    for number in range(20):
        store.add(mail(str(number))).result(5)
    with waiting.waiting(Expectation(query(""), Count(2)), lambda: None) as waiter:
        assert [each.subject for each in waiter.progress.picked()] == ["19", "18"]
        assert len(waiter.progress.matched) == 3
    oldest = Expectation(query(""), Count(2), since=5, pick="oldest")
    with waiting.waiting(oldest, lambda: None) as waiter:
        assert [each.seq for each in waiter.progress.picked()] == [6, 7]


def test_a_sentinel_ends_it(store: Store, waiting: Waiting) -> None:
    """Whether it comes or was there."""
    rung = threading.Event()
    expectation = Expectation(query("subject:unwanted"), Count(0, 0), until=query("subject:done"))
    with waiting.waiting(expectation, rung.set) as waiter:
        assert waiter.verdict()[0] == "pending"
        store.add(mail("done")).result(5)
        assert decided(waiter, rung) == "passed"
    with waiting.waiting(expectation, rung.set) as waiter:
        assert waiter.verdict()[0] == "passed"


def test_an_inbox_that_is_not_there(waiting: Waiting) -> None:
    """Is told at once, and nobody is left waiting."""
    with pytest.raises(NotFound), waiting.waiting(Expectation(query(""), inbox="gw9"), lambda: None):
        pass
    assert not waiting._waiters
    assert not waiting._by_key


@pytest.mark.parametrize("anew", [False, True])
def test_an_inbox_that_goes(store: Store, waiting: Waiting, anew: bool) -> None:
    """Ends those who look there, and no others; one that is made anew at once is another."""
    rung = threading.Event()
    store.make_inbox(NewInbox("gw0")).result(5)
    with (
        waiting.waiting(Expectation(query(""), inbox="gw0"), rung.set) as there,
        waiting.waiting(Expectation(query("")), lambda: None) as elsewhere,
    ):
        gone = store.delete_inbox("gw0")
        if anew:
            store.make_inbox(NewInbox("gw0")).result(5)
        gone.result(5)
        assert rung.wait(5)
        assert there.verdict()[0] == "inbox-deleted"
        assert elsewhere.verdict()[0] == "pending"


def races(store: Store, waiting: Waiting, rounds: int, who: str = "r") -> None:
    """Register while mail arrives: each waiter finds its own mail exactly once."""
    for number in range(rounds):
        rcpt = f"{who}{number}@x.test"
        rung, arrived = threading.Event(), store.add(mail(rcpt=rcpt))
        text = f"rcpt:{rcpt}" if number % 2 else f"rcpt:{rcpt} OR tag:none"
        with waiting.waiting(Expectation(query(text), Count(1, 1, 0.0)), rung.set) as waiter:
            arrived.result(5)
            store.add(mail(rcpt="other@x.test"))
            assert decided(waiter, rung) == "passed"
            assert len(waiter.progress.matched) == 1


def test_registering_races_arriving(store: Store, waiting: Waiting) -> None:
    """None is lost, none doubled."""
    races(store, waiting, 500)


@pytest.mark.long
def test_ten_thousand_races(store: Store, waiting: Waiting) -> None:
    """Four threads of them at one time."""
    failed: list[BaseException] = []

    def run(who: str) -> None:
        try:
            races(store, waiting, 2_500, who)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
