"""The store on SQLite: the reading pool, the writing thread, and the numbers kept between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock

from mailcatch.bus import Bus
from mailcatch.errors import ConfigError
from mailcatch.journey import Journey, Return, Sent
from mailcatch.model import Cursor, Fetch, Message, Order, Session, Summary
from mailcatch.search.query import Query, opens_messages
from mailcatch.store import candidates, fetches, inboxes, journeys, listing, log, messages, removal, sessions
from mailcatch.store.api import (
    Added,
    Candidates,
    Change,
    Counts,
    Destination,
    Gone,
    Health,
    ListedInbox,
    Log,
    NewInbox,
    NewMessage,
    Outcome,
    Page,
    Retention,
    Seen,
    Selection,
    SessionPage,
    Store,
)
from mailcatch.store.claim import Claim
from mailcatch.store.contents import Lent
from mailcatch.store.disk import Reserve
from mailcatch.store.files import emptied, open_writer, why
from mailcatch.store.graves import Graveyard
from mailcatch.store.readers import Readers
from mailcatch.store.sqlite_mailboxes import SqliteMailboxes
from mailcatch.store.sqlite_relay import SqliteRelay
from mailcatch.store.tally import State, read_state
from mailcatch.store.transaction import Transaction
from mailcatch.store.writer import BEHIND_BYTES, Writer

_DEBTS = 4  # so many times what is left for later must fit into the reserve, to be written when the disk is full
_LEAST_BEHIND = 1 << 20  # bytes of mail; where there is no room for as much, nothing is left
_SICK = 3  # so many failed commits in a row, and the store no longer calls itself healthy


def open_store(
    path: Path | None, bus: Bus, *, clear: bool = False, failed: Callable[[BaseException], None] | None = None
) -> Store:
    """Open the database at `path` (None: a temporary one that goes with the process), making it if need be.

    `clear` empties it first. `failed` is called, from the writing thread, when that thread dies. Raises ConfigError if
    the file is in use, damaged, newer, read-only or another program's; it is then untouched.
    """
    claim = Claim(path)
    try:
        return _SqliteStore(claim, bus, clear, failed or (lambda error: None))
    except BaseException:
        claim.release()
        raise


class _SqliteStore(SqliteMailboxes, SqliteRelay):
    def __init__(self, claim: Claim, bus: Bus, clear: bool, failed: Callable[[BaseException], None]) -> None:
        self._claim = claim
        self._bus = bus
        self._connection = open_writer(claim.path)
        try:
            if clear:
                self._connection = emptied(claim.path, self._connection)
            self._epoch: str = self._connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0]
            self._state = read_state(self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise ConfigError(why(claim.path, error)) from error
        self._reserve = Reserve(claim.path)
        self._readers = Readers(claim.path, lambda: self._writer.settle())
        self._lent = Lent(self._readers.read_kept)
        self._graveyard = Graveyard()
        self._known = listing.Known()
        self._counting = Lock()
        self._closed = False
        self._writer = Writer(
            self._connection,
            self._state,
            committed=self._committed,
            buried=self._graveyard.bury,
            full=self._reserve.give_up,
            quiet=self._reserve.make,
            failed=failed,
            behind_bytes=_most_behind(self._reserve.size),
        )
        bus.notify(self._state.seq)
        self._writer.start()

    @property
    def epoch(self) -> str:
        return self._epoch

    def cursor(self) -> Cursor:
        return Cursor(self._epoch, self._state.seq)

    def events(self, after: int, limit: int = 1000) -> Log:
        with self._readers.read_kept() as connection:
            return log.read_events(connection, after, limit)

    def messages(
        self,
        query: Query | None = None,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
        order: Order = "desc",
        inbox: str | None = None,
    ) -> Page:
        # The state before the snapshot: a follower from Page.seq may be told what the rows show, but never misses it.
        state = self._state
        with self._listed(query) as connection:
            found = listing.Listing(connection, state, self._known, query, inbox)
            return found.page(limit, before, after, order)

    def found(
        self,
        query: Query | None = None,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
        order: Order = "desc",
        inbox: str | None = None,
    ) -> tuple[Summary, ...]:
        state = self._state
        with self._listed(query) as connection:
            found = listing.Listing(connection, state, self._known, query, inbox)
            return tuple(found.rows(limit, before, after, order))

    def positions(self, query: Query | None, start: int, count: int, inbox: str | None = None) -> Page:
        state = self._state
        with self._listed(query) as connection:
            return listing.Listing(connection, state, self._known, query, inbox).positions(start, count)

    def arrivals(self, after: int, limit: int = 200) -> Candidates:
        with self._readers.read() as connection:
            return candidates.read_arrivals(connection, self._lent, after, limit)

    def newest(self, limit: int) -> tuple[Seen, ...]:
        with self._readers.read() as connection:
            return candidates.read_newest(connection, self._lent, limit)

    def gone(self) -> tuple[Gone, ...]:
        return candidates.read_gone(self._graveyard.newest())

    def _listed(self, query: Query | None) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection for a list: without a query nothing that is derived is looked at."""
        if query is None:
            return self._readers.read_kept()
        return self._readers.read_contents() if opens_messages(query) else self._readers.read()

    def message(self, id: str) -> Message:
        with self._readers.read() as connection:
            return messages.read_message(connection, id)

    def raw(self, id: str) -> bytes:
        with self._readers.read_kept() as connection:
            return messages.read_range(connection, id, 0, messages.read_size(connection, id))

    def raw_size(self, id: str) -> int:
        with self._readers.read_kept() as connection:
            return messages.read_size(connection, id)

    def raw_range(self, id: str, start: int, length: int) -> bytes:
        with self._readers.read_kept() as connection:
            return messages.read_range(connection, id, start, length)

    def counts(self) -> Counts:
        with self._counting:  # whoever asks meanwhile waits for the answer instead of counting too
            state = self._state
            counts: Counts | None = self._known.get(state.seq, "counts")
            if counts is None:
                with self._readers.read() as connection:
                    counts = listing.read_counts(connection, state)
                self._known.put(state.seq, "counts", counts)
            return counts

    def inboxes(self) -> tuple[ListedInbox, ...]:
        numbers = {count.name: count for count in self.counts().inboxes}
        with self._readers.read() as connection:
            return listing.read_inboxes(connection, numbers)

    def inbox_number(self, name: str) -> int | None:
        return self._state.inboxes.number(name)

    def inboxes_of(self, destination: Destination) -> tuple[str, ...]:
        return self._state.inboxes.of(destination)

    def next_expiry(self) -> int | None:
        return self._state.inboxes.next_expiry()

    def sessions(self, *, limit: int = 50, before: int | None = None, rejected: bool | None = None) -> SessionPage:
        self._writer.hurry()
        seq = self._state.seq
        with self._readers.read_kept() as connection:
            return sessions.read_sessions(connection, limit, before, rejected, seq)

    def session(self, id: str) -> tuple[Session, tuple[str, ...]]:
        self._writer.hurry()
        with self._readers.read_kept() as connection:
            return sessions.read_session(connection, id)

    def session_ids_of(self, ids: Sequence[str]) -> dict[str, str | None]:
        with self._readers.read_kept() as connection:
            return sessions.of_messages(connection, ids)

    def fetches(self, id: str) -> tuple[Fetch, ...]:
        with self._readers.read_kept() as connection:
            return fetches.read_fetches(connection, id)

    def journeys(self, id: str) -> tuple[Journey, ...]:
        with self._readers.read_kept() as connection:
            return journeys.read_journeys(connection, id)

    def sent(self, ids: Sequence[str], message_id: str | None) -> tuple[Sent, ...]:
        with self._readers.read_kept() as connection:
            return journeys.read_sent(connection, ids, message_id)

    def link(self, returned: Sequence[Return]) -> Future[int]:
        return self._writer.submit(lambda transaction: journeys.link(transaction, returned))

    def health(self) -> Health:
        free = self._reserve.free()
        if self._writer.dead:
            return Health(False, "the database has failed; restart mailcatch", free)
        if self._writer.failures >= _SICK:
            return Health(False, "writes to the database fail, see the log", free)
        if free < self._reserve.size:
            return Health(False, "the disk is full", free)
        return Health(True, None, free)

    def check_room(self, size: int) -> None:
        self._writer.check_room(size)
        self._reserve.check(size)

    def add(self, message: NewMessage) -> Future[Added]:
        size = len(message.raw)

        def run(transaction: Transaction) -> Added:
            self._reserve.spare(size)
            return messages.add(transaction, message)

        return self._writer.submit(run, size)

    def import_all(self, messages_: Iterable[NewMessage]) -> Future[int]:
        new = list(messages_)
        size = sum(len(message.raw) for message in new)

        def run(transaction: Transaction) -> int:
            self._reserve.spare(size)
            for message in new:
                messages.add(transaction, message)
            return len(new)

        return self._writer.submit(run, size)

    def record(self, session: Session) -> Future[None]:
        def run(transaction: Transaction) -> None:
            self._reserve.spare(0)
            sessions.record(transaction, session)

        return self._writer.submit(run, lazy=True)

    def change(self, selection: Selection, change: Change) -> Future[Outcome]:
        return self._in_steps(selection, lambda transaction, seqs: messages.change(transaction, seqs, change))

    def delete(self, selection: Selection) -> Future[Outcome]:
        return self._in_steps(selection, removal.remove)

    def make_inbox(self, new: NewInbox) -> Future[ListedInbox]:
        def run(transaction: Transaction) -> ListedInbox:
            self._reserve.spare(0)
            return inboxes.make(transaction, new)

        return self._writer.submit(run)

    def declare_inboxes(self, declared: Sequence[NewInbox]) -> Future[None]:
        return self._writer.submit(lambda transaction: inboxes.declare(transaction, declared))

    def delete_inbox(self, name: str) -> Future[None]:
        return self._writer.submit(lambda transaction: inboxes.delete(transaction, name))

    def expire_inboxes(self, limit: int = 50) -> Future[int]:
        return self._writer.submit(lambda transaction: inboxes.expire(transaction, limit))

    def prune(self, retention: Retention, now: int, limit: int = 100) -> Future[Outcome]:
        return self._writer.submit(lambda transaction: removal.prune(transaction, retention, now, limit))

    def _in_steps(self, selection: Selection, act: Callable[[Transaction, Sequence[int]], Outcome]) -> Future[Outcome]:
        """Act on what is selected. A query is run here, by a reader: it may be slow, and mail would have to wait."""
        if selection.query is None or selection.ids:
            return self._stepwise(lambda tx: messages.chosen(tx.connection, selection), act, _both)
        with self._listed(selection.query) as connection:
            found = messages.chosen(connection, selection)
        return self._stepwise(lambda tx: found, act, _both)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._readers.close()
        self._connection.close()
        self._reserve.remove()
        self._claim.release()

    def _committed(self, state: State) -> None:
        grown = state.seq > self._state.seq
        self._state = state
        if grown:
            self._bus.notify(state.seq)


def _most_behind(reserve: int) -> int:
    """Return how many bytes of mail may wait for what is derived from them, on a disk with such a reserve."""
    room = min(reserve // _DEBTS, BEHIND_BYTES)
    return room if room >= _LEAST_BEHIND else 0


def _both(before: Outcome, after: Outcome) -> Outcome:
    return Outcome(before.count + after.count, after.seq)
