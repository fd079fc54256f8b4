"""Messages as a predicate sees them, read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.search.predicate import candidate
from mailcatch.store import candidates
from mailcatch.store.api import NewMessage, Selection, Store
from mailcatch.store.contents import Lent
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message
from tests.unit.store.test_derived import committed

RAW = (
    b'From: "Ann" <ann@x.test>, "bob@x.test" <c@y.test>\r\nTo: Bob <BOB@X.test>, undisclosed\r\nCc: bob@x.test\r\n'
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nThe code is 1234.\r\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = open_store(path, Bus())
    yield made
    made.close()


def whole() -> NewMessage:
    return compose(Arrival(RAW, Envelope("app@x.test", (Recipient("bob@x.test"), Recipient("eve@z.test"))), "smtp", 1))


def test_a_message_read_back_is_the_one_that_came(store: Store) -> None:
    """Texts, words, and each address in each of its roles."""
    new = whole()
    added(store.add(new))
    (seen,) = store.arrivals(0).seen
    made = candidate(seen.summary, new.derived.texts, new.derived.words, new.derived.addresses)
    assert changed(seen.candidate, addresses=(), contents=made.contents) == changed(made, addresses=())
    assert sorted(seen.candidate.addresses) == sorted(made.addresses)
    assert seen.candidate.id == new.summary.id


def test_one_whose_rows_are_not_written_yet_is_the_same(path: Path, store: Store) -> None:
    """What it is derived from is there."""
    store.close()
    committed(path, whole())
    from mailcatch.store.candidates import read_arrivals
    from mailcatch.store.readers import Readers

    readers = Readers(path)
    with readers.read() as connection:
        (early,) = read_arrivals(connection, Lent(readers.read), 0, 10).seen
    again = open_store(path, Bus())  # which makes up for it
    (late,) = again.arrivals(0).seen
    assert sorted(early.candidate.addresses) == sorted(late.candidate.addresses)
    assert changed(early.candidate, addresses=(), contents=late.candidate.contents) == changed(
        late.candidate, addresses=()
    )
    for each in (early, late):
        assert each.candidate.contents.values("header", "subject") == ["grüsse"]
    readers.close()
    again.close()


def test_arrivals_come_in_their_order_and_pages(store: Store) -> None:
    """With how far the log was looked through."""
    for number in range(5):
        added(store.add(message(str(number))))
    first = store.arrivals(0, 3)
    assert [each.summary.subject for each in first.seen] == ["0", "1", "2"]
    rest = store.arrivals(first.seq, 3)
    assert [each.summary.subject for each in rest.seen] == ["3", "4"]
    assert rest.seq == store.cursor().seq
    assert store.arrivals(rest.seq).seen == ()


def test_long_texts_come_in_shorter_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never are all of them held at one time, and none is passed over."""
    monkeypatch.setattr(candidates, "MOST_CHARACTERS", 1_000)
    for number in range(5):
        added(store.add(message(str(number), body="x" * 800)))
    found, after = [], 0
    while page := store.arrivals(after).seen:
        assert len(page) <= 2
        found += [each.summary.subject for each in page]
        after = store.arrivals(after).seq
    assert found == ["0", "1", "2", "3", "4"]
    assert len(store.newest(10)) == 2


def test_the_newest_come_first(store: Store) -> None:
    """Those in the Bin too; what is gone is gone."""
    ids = [added(store.add(message(str(number), binned=number == 1))) for number in range(4)]
    store.delete(Selection(ids=(ids[2],))).result(10)
    assert [each.summary.subject for each in store.newest(10)] == ["3", "1", "0"]
    assert [each.summary.binned for each in store.newest(2)] == [False, True]
