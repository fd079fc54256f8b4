"""Messages that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import Envelope, Recipient
from mailcatch.search.grammar import parse
from mailcatch.search.predicate import predicate
from mailcatch.store import graves
from mailcatch.store.api import Retention, Selection, Store
from mailcatch.store.sqlite import open_store
from tests.contract.conftest import added, message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    made = open_store(path, Bus())
    yield made
    made.close()


def test_the_last_that_went_comes_first(store: Store) -> None:
    """With when and how; what is there has no grave."""
    ids = [added(store.add(message(str(number)))) for number in range(4)]
    store.delete(Selection(ids=(ids[2],))).result(5)
    store.prune(Retention(max_messages=2), 0).result(5)
    assert [(each.seen.summary.id, each.how) for each in store.gone()] == [(ids[0], "pruned"), (ids[2], "deleted")]
    assert all(each.at > 1_700_000_000_000 for each in store.gone())


def test_their_number_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many that go at once the newest are read; the oldest graves go first."""
    monkeypatch.setattr(graves, "KEPT", 3)
    ids = [added(store.add(message(str(number)))) for number in range(6)]
    store.delete(Selection(everything=True)).result(5)
    assert [each.seen.summary.id for each in store.gone()] == [ids[5], ids[4], ids[3]]


def test_nothing_is_left_on_disk(store: Store, path: Path) -> None:
    """Deleted is deleted: no file has a word of it, and a new process knows of nothing."""
    added(store.add(message("very secret subject", body="x")))
    store.delete(Selection(everything=True)).result(5)
    assert len(store.gone()) == 1
    store.close()
    again = open_store(path, Bus())
    assert again.gone() == ()
    tables = again._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()  # type: ignore[attr-defined]
    again.close()
    assert not [name for (name,) in tables if "grave" in name or "tomb" in name]


def test_hostile_mail_is_kept_short(store: Store) -> None:
    """Not its 100 kB of subject, nor its thousands of recipients."""
    to = ", ".join(f"u{number}@x.test" for number in range(2_000))
    raw = f"Subject: {'s' * 100_000}\r\nTo: {to}\r\n\r\nx".encode()
    envelope = Envelope("", tuple(Recipient(f"u{number}@x.test") for number in range(2_000)))
    added(store.add(compose(Arrival(raw, envelope, "smtp", 1))))
    store.delete(Selection(everything=True)).result(5)
    (gone,) = store.gone()
    summary = gone.seen.summary
    assert (len(summary.subject), len(summary.to), len(summary.rcpt_to)) == (500, 50, 50)


def test_appended_mail_has_none(store: Store) -> None:
    """It never was in a list."""
    added(store.add(compose(Arrival(b"\r\nx", Envelope("", ()), "append", 1))))
    store.delete(Selection(everything=True)).result(5)
    assert store.gone() == ()


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("subject:hello", True),
        ("hello", True),
        ("rcpt:bob@x.test", True),
        ("to:bob@x.test", True),
        ("from:ann", True),
        ("from:ann@x.test", True),
        ("text:body", True),
        ("rcpt:eve@x.test", False),
        ("subject:other", False),
    ],
)
def test_a_predicate_sees_what_lists_showed(store: Store, text: str, matches: bool) -> None:
    """Subject, people, and the beginning of the text."""
    raw = b"From: Ann <ann@x.test>\r\nTo: bob@x.test\r\nSubject: Hello\r\n\r\nThe body.\r\n"
    added(store.add(compose(Arrival(raw, Envelope("app@x.test", (Recipient("Bob@x.test"),)), "smtp", 1))))
    store.delete(Selection(everything=True)).result(5)
    (gone,) = store.gone()
    assert predicate(parse(text, now=0))(gone.seen.candidate) is matches
