"""What every engine of the store must do."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from mailcatch.errors import NotFound, StoreError
from mailcatch.model import TranscriptLine
from mailcatch.search.grammar import parse
from mailcatch.search.spelling_parameters import from_fields
from mailcatch.store.api import Added, Change, Retention, Selection, Store
from tests.contract.conftest import Opener, added, message, session


def subjects(store: Store, **options: object) -> list[str]:
    return [summary.subject for summary in store.messages(**options).messages]  # type: ignore[arg-type]


def kinds(store: Store, after: int = 0) -> list[str]:
    return [event.kind for event in store.events(after).events]


def test_what_was_added_is_there(store: Store):
    """Bytes, envelope, summary and list, as soon as the future resolves (G1, G2, G3)."""
    new = message("Grüße")
    id = added(store.add(new))
    found = store.message(id)
    assert store.raw(id) == new.raw
    assert found.envelope == new.envelope
    assert found.root == new.reading.root
    assert replace(found.summary, seq=0) == new.summary
    assert subjects(store) == ["Grüße"]


def test_pieces_of_the_raw_bytes(store: Store):
    """Any range, also beyond the end."""
    new = message(body="0123456789" * 100)
    id = added(store.add(new))
    assert store.raw_size(id) == len(new.raw)
    for start, length in ((0, 10), (50, 100), (len(new.raw) - 3, 10), (len(new.raw) + 5, 10), (0, 0)):
        assert store.raw_range(id, start, length) == new.raw[start : start + length]


def test_seq_is_the_order_of_commits_and_never_comes_again(store: Store, reopen: Opener):
    """Also after deleting and reopening (G8)."""
    first = store.add(message()).result(10).seq
    second = store.add(message()).result(10).seq
    removal = store.delete(Selection(everything=True)).result(10).seq
    store.close()
    third = reopen().add(message()).result(10).seq
    assert first < second < removal < third


def test_pages_forward_and_back(store: Store):
    """Newest first; `before` and `after` lead through all of them once, in both orders."""
    for number in range(10):
        added(store.add(message(str(number))))
    page = store.messages(limit=4)
    seen = [summary.subject for summary in page.messages]
    while page.before is not None:
        page = store.messages(limit=4, before=page.before)
        seen += [summary.subject for summary in page.messages]
    assert seen == [str(number) for number in range(9, -1, -1)]
    assert subjects(store, limit=3, order="asc") == ["0", "1", "2"]
    assert (page.total, page.unread) == (10, 10)


def test_rows_by_position(store: Store):
    """Index 0 is the newest: what a virtual list jumps by."""
    for number in range(10):
        added(store.add(message(str(number))))
    assert [summary.subject for summary in store.positions(None, 3, 2).messages] == ["6", "5"]
    assert store.positions(None, 100, 2).messages == ()


def test_the_bin_is_left_out(store: Store):
    """Of lists and numbers, and an undo brings it back."""
    id = added(store.add(message("one")))
    added(store.add(message("two")))
    assert store.change(Selection(ids=(id,)), Change(bin=True)).result(10).count == 1
    assert subjects(store) == ["two"]
    counts = store.counts()
    assert (counts.total, counts.unread, counts.binned) == (1, 1, 1)
    store.change(Selection(ids=(id,)), Change(bin=False)).result(10)
    assert subjects(store) == ["two", "one"]


def test_flags_and_tags(store: Store):
    """Only what really changes counts, and each change is an event."""
    id = added(store.add(message()))
    start = store.cursor().seq
    change = Change(read=True, pinned=True, add_tags=("a", "b"))
    assert [store.change(Selection(ids=(id,)), change).result(10).count for _ in range(2)] == [1, 0]
    summary = store.message(id).summary
    assert (summary.read, summary.pinned, summary.tags) == (True, True, ("a", "b"))
    store.change(Selection(ids=(id,)), Change(remove_tags=("a",))).result(10)
    assert store.message(id).summary.tags == ("b",)
    assert kinds(store, start) == ["changed", "changed"]


def test_counts(store: Store):
    """By inbox, recipient and tag."""
    added(store.add(message(rcpt="a@x.test", read=True, tags=("t",))))
    added(store.add(message(rcpt="a@x.test")))
    added(store.add(message(rcpt="b@x.test", pinned=True)))
    counts = store.counts()
    assert (counts.total, counts.unread, counts.pinned) == (3, 2, 1)
    assert [(count.name, count.total, count.unread) for count in counts.inboxes] == [("default", 3, 2)]
    assert [(count.name, count.total, count.unread) for count in counts.recipients] == [
        ("a@x.test", 2, 1),
        ("b@x.test", 1, 1),
    ]
    assert [(count.name, count.total) for count in counts.tags] == [("t", 1)]


def test_inboxes(store: Store):
    """With the numbers of their messages, the Bin left out."""
    before = store.inboxes()
    assert [(one.name, one.label, one.automatic, one.total, one.expires_at) for one in before] == [
        ("default", "", False, 0, None)
    ]
    added(store.add(message(read=True)))
    added(store.add(message()))
    store.change(Selection(ids=(added(store.add(message())),)), Change(bin=True)).result(10)
    (inbox,) = store.inboxes()
    assert (inbox.total, inbox.unread, inbox.created_at) == (2, 1, before[0].created_at)


def test_search_finds_by_field_and_state(store: Store):
    """Through the query language, the numbers being of the query."""
    added(store.add(message("Reset your password", rcpt="a@x.test")))
    added(store.add(message("Welcome", rcpt="b@x.test")))
    page = store.messages(from_fields({"subject": "PASSWORD"}))
    assert ([summary.subject for summary in page.messages], page.total, page.unread) == (["Reset your password"], 1, 1)
    assert subjects(store, query=from_fields({"rcpt": "B@x.test"})) == ["Welcome"]


def test_a_selection_that_names_nothing_selects_nothing(store: Store):
    """Neither deletes nor changes (G13)."""
    added(store.add(message()))
    for selection in (Selection(), Selection(ids=()), Selection(ids=("nonsense",)), Selection(until=10**9)):
        assert store.delete(selection).result(10).count == 0
        assert store.change(selection, Change(read=True)).result(10).count == 0
    assert store.messages().unread == 1


def test_until_spares_what_came_later(store: Store):
    """Mail that arrives while a user confirms is not caught."""
    until = store.add(message("old")).result(10).seq
    added(store.add(message("new")))
    assert store.delete(Selection(everything=True, until=until)).result(10).count == 1
    assert subjects(store) == ["new"]


def test_deleting_is_for_ever_and_idempotent(store: Store):
    """The message is gone everywhere; again is nothing (G14)."""
    id = added(store.add(message("findme")))
    assert [store.delete(Selection(ids=(id,))).result(10).count for _ in range(2)] == [1, 0]
    assert store.messages(from_fields({"subject": "findme"})).total == 0
    for read in (store.message, store.raw, store.raw_size):
        with pytest.raises(NotFound):
            read(id)


def test_the_log_tells_everything_once(store: Store):
    """In order, with the summary while the message is there (G9)."""
    id = added(store.add(message("one")))
    store.change(Selection(ids=(id,)), Change(read=True)).result(10)
    store.delete(Selection(ids=(id,))).result(10)
    log = store.events(0)
    assert [(event.kind, event.id) for event in log.events] == [("added", id), ("changed", id), ("removed", id)]
    assert [event.seq for event in log.events] == sorted({event.seq for event in log.events})
    assert (log.gap, log.seq) == (False, store.cursor().seq)
    assert store.events(log.seq).events == ()


def test_a_great_change_is_one_event(store: Store):
    """Past 200 messages: `reset`, not a frame for each."""
    for future in [store.add(message(str(number))) for number in range(201)]:
        future.result(10)
    start = store.cursor().seq
    assert store.change(Selection(everything=True), Change(read=True)).result(10).count == 201
    assert kinds(store, start) == ["reset"]
    assert store.messages().unread == 0


def test_retention_takes_the_oldest_in_steps(store: Store):
    """Never pinned mail (G14)."""
    for number in range(10):
        added(store.add(message(str(number), pinned=number == 0)))
    limits = Retention(max_messages=4)
    assert [store.prune(limits, 0, 4).result(10).count for _ in range(3)] == [4, 2, 0]
    assert subjects(store) == ["9", "8", "7", "0"]


@pytest.mark.parametrize(
    ("retention", "left"),
    [(Retention(max_age=500), ["2"]), (Retention(max_bytes=200), ["2", "1"]), (Retention(), ["2", "1", "0"])],
)
def test_retention_by_age_and_bytes(store: Store, retention: Retention, left: list[str]):
    """Each limit alone."""
    for number in range(3):
        added(store.add(message(str(number), body="x" * 20, received_at=1_000 * number)))
    while store.prune(retention, 2_400).result(10).count:
        pass
    assert subjects(store) == left


def test_a_session_is_there_with_its_first_mail(store: Store):
    """Counters go on with each mail, the transcript is kept until a new one comes."""
    dialogue = session(transcript=(TranscriptLine(0, "S", "220"),), accepted=1)
    id = added(store.add(message(session=dialogue)))
    second = added(store.add(message(session=replace(dialogue, transcript=None, accepted=2))))
    found, ids = store.session(dialogue.id)
    assert (found.accepted, found.transcript, ids) == (2, dialogue.transcript, (id, second))
    assert store.session_ids_of([id, second]) == {id: dialogue.id, second: dialogue.id}


def test_a_refused_session_is_kept_without_mail(store: Store):
    """With an event; it is listed among the refused."""
    dialogue = session(rejected=1, outcome="QUIT", ended_at=5, transcript=())
    store.record(dialogue).result(10)
    assert [found.id for found in store.sessions(rejected=True).sessions] == [dialogue.id]
    assert store.sessions(rejected=False).sessions == ()
    assert kinds(store) == ["session"]
    with pytest.raises(NotFound):
        store.session("nonsense")


def test_sessions_are_paged(store: Store):
    """Newest first, each once."""
    made = [session() for _ in range(5)]
    for dialogue in made:
        store.record(dialogue).result(10)
    page = store.sessions(limit=2)
    seen = [found.id for found in page.sessions]
    while page.before is not None:
        page = store.sessions(limit=2, before=page.before)
        seen += [found.id for found in page.sessions]
    assert seen == [dialogue.id for dialogue in reversed(made)]


def test_an_import_keeps_order_and_state(store: Store):
    """Many at once, flags as they came."""
    assert store.import_all([message(str(number), read=number % 2 == 0) for number in range(5)]).result(10) == 5
    assert [(summary.subject, summary.read) for summary in store.messages(order="asc").messages] == [
        (str(number), number % 2 == 0) for number in range(5)
    ]


def test_many_threads_add_at_once(store: Store):
    """Nothing is lost, doubled or mixed up."""
    ids: list[str] = []

    def add(number: int) -> None:
        ids.extend(added(store.add(message(f"{number}-{n}"))) for n in range(5))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(ids)) == 320
    assert len(set(subjects(store, limit=1000))) == 320


def test_a_cancelled_write_harms_nobody(store: Store):
    """A sender that has gone while its mail was queued: the others are stored."""
    futures: list[Future[Added]] = [store.add(message(str(number))) for number in range(200)]
    for future in futures[::2]:
        future.cancel()
    for future in futures[1::2]:
        assert future.result(10)
    assert added(store.add(message("after")))


def test_a_bad_write_fails_alone(store: Store):
    """The rest of its batch is stored."""
    good = message("good")
    futures = [store.add(message(str(number))) for number in range(20)]
    futures += [store.add(good), store.add(good)]  # the same id twice
    outcomes = [future.exception(10) for future in futures]
    assert [type(outcome) for outcome in outcomes if outcome] == [StoreError]
    assert store.messages().total == 21


def test_closing_finishes_what_is_queued(store: Store, reopen: Opener):
    """And later writes are refused, not lost in silence."""
    futures = [store.add(message(str(number))) for number in range(100)]
    store.close()
    assert all(future.result(0).id for future in futures)
    with pytest.raises(StoreError):
        store.add(message())
    assert reopen().messages().total == 100


def test_a_database_has_an_identity(store: Store, reopen: Opener):
    """It survives reopening, so cursors do too (G10)."""
    added(store.add(message()))
    before = store.cursor()
    store.close()
    again = reopen()
    assert again.cursor() == before


def test_health(store: Store):
    """A store that can store says so, and takes what fits."""
    assert store.health().ok
    store.check_room(1_000)


def test_positions_are_the_pages_rows(store: Store):
    """With gaps of deleted and binned mail between, over a query and an inbox too: any index, any length."""
    ids = [added(store.add(message(f"{'odd' if number % 2 else 'even'} {number}"))) for number in range(30)]
    store.delete(Selection(ids=tuple(ids[::5]))).result(10)
    store.change(Selection(ids=tuple(ids[1::7])), Change(bin=True)).result(10)
    for query in (None, from_fields({"subject": "odd"}), parse("even", now=0), parse("is:binned", now=0)):
        for inbox in (None, "default"):
            rows = store.messages(query, inbox=inbox, limit=100).messages
            assert rows
            for start, count in ((0, 100), (1, 3), (len(rows) - 1, 5), (len(rows), 1)):
                page = store.positions(query, start, count, inbox)
                assert page.messages == rows[start : start + count]
                assert page.total == len(rows)


def test_an_inbox_that_is_not_there(store: Store):
    """Is NotFound, not an empty list."""
    for read in (lambda: store.messages(inbox="other"), lambda: store.positions(None, 0, 1, "other")):
        with pytest.raises(NotFound):
            read()


def test_the_numbers_of_a_query_move_with_the_log(store: Store):
    """Asked again and again while mail comes, is read and goes."""
    query = parse("hello", now=0)

    def numbers() -> tuple[int, int]:
        page = store.messages(query)
        return page.total, page.unread

    seen = [numbers()]
    ids = []
    for _ in range(3):
        ids.append(added(store.add(message("hello"))))
        seen += [numbers(), numbers()]
    store.change(Selection(ids=(ids[0],)), Change(read=True)).result(10)
    seen.append(numbers())
    store.delete(Selection(ids=(ids[1],))).result(10)
    seen.append(numbers())
    assert seen == [(0, 0), (1, 1), (1, 1), (2, 2), (2, 2), (3, 3), (3, 3), (3, 2), (2, 1)]


def test_a_query_selects_what_it_lists(store: Store):
    """Bounded by `until`, without the Bin unless it is named (G13)."""
    old = added(store.add(message("same")))
    until = store.cursor().seq
    added(store.add(message("other")))
    new = added(store.add(message("same")))
    same = from_fields({"subject": "same"})
    assert store.change(Selection(query=same, until=until), Change(bin=True)).result(10).count == 1
    assert store.delete(Selection(query=same)).result(10).count == 1
    assert {store.message(id).summary.subject for id in (old,)} == {"same"}
    with pytest.raises(NotFound):
        store.message(new)
    assert store.delete(Selection(query=parse("is:binned", now=0))).result(10).count == 1
    assert subjects(store) == ["other"]


def test_a_follower_goes_on_after_a_restart(store: Store, reopen: Opener):
    """From its cursor: nothing twice, nothing missed, whatever happened before or after (G9)."""
    added(store.add(message("one")))
    cursor = store.cursor()
    second = added(store.add(message("two")))
    store.close()
    again = reopen()
    third = added(again.add(message("three")))
    log = again.events(cursor.seq)
    assert [(event.kind, event.id) for event in log.events] == [("added", second), ("added", third)]
    assert [event.summary.subject for event in log.events if event.summary] == ["two", "three"]
    assert again.epoch == cursor.epoch


def test_following_in_small_pieces(store: Store):
    """A limit cuts; the log's own seq says that there is more."""
    for number in range(7):
        added(store.add(message(str(number))))
    after, seen = 0, []
    while True:
        log = store.events(after, limit=3)
        seen += [event.seq for event in log.events]
        if not log.events or log.events[-1].seq == log.seq:
            break
        after = log.events[-1].seq
    assert seen == sorted(set(seen)) and len(seen) == 7


def test_a_session_that_ends_is_brought_up_to_date(store: Store):
    """One row, its counters never fall, the last transcript stays."""
    dialogue = session(transcript=(TranscriptLine(0, "C", "EHLO x"),), accepted=2)
    added(store.add(message(session=dialogue)))
    store.record(replace(dialogue, ended_at=9_000, outcome="QUIT", transcript=None, accepted=1)).result(10)
    found, ids = store.session(dialogue.id)
    assert (found.ended_at, found.outcome, found.accepted, found.transcript) == (9_000, "QUIT", 2, dialogue.transcript)
    assert len(ids) == len(store.sessions().sessions) == 1


def test_reading_goes_on_while_much_is_written(store: Store):
    """Readers neither wait for the writer nor see half of anything."""
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            page = store.messages(limit=5)
            for summary in page.messages:
                assert store.raw_size(summary.id) == len(store.raw(summary.id)) == summary.size
            assert store.counts().total >= page.total

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(4)]
        for number in range(150):
            store.add(message(str(number))).result(10)
        over.set()
        for future in reading:
            future.result(10)
