"""Accounts and mailboxes on SQLite: MailboxStore, the part of the store that mail clients see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future
from operator import add
from typing import TYPE_CHECKING, TypeVar

from mailcatch.model import DELETED, Part
from mailcatch.search.criteria import Criteria
from mailcatch.store import copying, dropping, fetches, filling, mailbox_reads, mailboxes, marking, placements, steps
from mailcatch.store import criteria as searching
from mailcatch.store.api import NewMessage
from mailcatch.store.mailbox_api import (
    Account,
    AccountKind,
    Changes,
    Copied,
    Fetched,
    FlagAct,
    Flagged,
    Mailbox,
    Opened,
    Placed,
    Range,
    Row,
    Status,
    Wanted,
)
from mailcatch.store.readers import Readers
from mailcatch.store.transaction import Transaction
from mailcatch.store.writer import Writer

if TYPE_CHECKING:
    from mailcatch.store.disk import Reserve

T = TypeVar("T")

FILL_STEP = 5_000
"""Messages placed in one transaction when an account is opened: mail that arrives meanwhile waits for no more."""

SEARCH_SECONDS = 10.0
"""How long a search that reads every message may take."""

EVERYTHING: tuple[Range, ...] = ((1, 0xFFFF_FFFF),)


class SqliteMailboxes:
    """The calls of MailboxStore, for a store that has a writer and readers."""

    _readers: Readers
    _writer: Writer
    _reserve: Reserve

    # Reading

    def mailboxes(self, account: int) -> tuple[Mailbox, ...]:
        with self._readers.read_kept() as connection:
            return mailboxes.list_mailboxes(connection, account)

    def mailbox(self, account: int, name: str) -> Mailbox:
        with self._readers.read_kept() as connection:
            return mailboxes.find_mailbox(connection, account, name)

    def statuses(self, mailboxes_: Sequence[int]) -> tuple[Status, ...]:
        with self._readers.read_kept() as connection:
            return mailboxes.read_statuses(connection, mailboxes_)

    def open_mailbox(self, mailbox: int) -> Opened:
        with self._readers.read_kept() as connection:
            return mailbox_reads.open_mailbox(connection, mailbox)

    def changes(self, mailbox: int, since: int, *, uidnext: int | None = None) -> Changes:
        with self._readers.read_kept() as connection:
            return mailbox_reads.read_changes(connection, mailbox, since, uidnext)

    def placed(self, mailbox: int, uids: Sequence[Range], limit: int = 10_000) -> tuple[Placed, ...]:
        with self._readers.read_kept() as connection:
            return mailbox_reads.read_placed(connection, mailbox, uids, limit)

    def rows(
        self, mailbox: int, uids: Sequence[Range], wanted: Collection[Wanted] = (), limit: int = 1_000
    ) -> tuple[Row, ...]:
        derived = not mailbox_reads.SHAPES.isdisjoint(wanted)
        with self._readers.read() if derived else self._readers.read_kept() as connection:
            return mailbox_reads.read_rows(connection, mailbox, uids, wanted, limit)

    def part_tree(self, message: int) -> Part:
        with self._readers.read() as connection:
            return mailbox_reads.read_part_tree(connection, message)

    def octets(self, message: int, start: int, length: int) -> bytes:
        with self._readers.read_kept() as connection:
            return mailbox_reads.read_octets(connection, message, start, length)

    def search_mailbox(self, mailbox: int, criteria: Criteria, uids: Sequence[Range] | None = None) -> list[Placed]:
        with self._readers.read(SEARCH_SECONDS) as connection:
            return searching.search(connection, mailbox, criteria, uids)

    # Writing

    def open_account(self, kind: AccountKind, name: str, now: int) -> Future[Account]:
        opened: Future[Account] = Future()
        opened.set_running_or_notify_cancel()

        def step(transaction: Transaction) -> Account | None:
            if transaction.seq == 0:  # new mailboxes are at MODSEQ 1: their first mail must be past it
                transaction.next_seq()
            account = mailboxes.find_account(transaction, kind, name)
            if not filling.fill(transaction, account.number, kind, name, FILL_STEP):
                return None
            place = mailboxes.place_of(transaction.connection, account.number)
            transaction.places = transaction.places.opened(kind, name, place)
            return account

        def done(future: Future[Account | None]) -> None:
            try:
                account = future.result()
                if account is None:
                    self._writer.submit(step).add_done_callback(done)
                else:
                    opened.set_result(account)
            except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
                opened.set_exception(error)

        self._writer.submit(step).add_done_callback(done)
        return opened

    def create_mailbox(self, account: int, name: str) -> Future[Mailbox]:
        return self._writer.submit(lambda transaction: mailboxes.create(transaction, account, name))

    def delete_mailbox(self, mailbox: int) -> Future[None]:
        def choose(transaction: Transaction) -> list[int]:
            mailboxes.check_removable(mailboxes.mailbox_of(transaction.connection, mailbox))
            return _uids(transaction, mailbox, EVERYTHING)

        def remove(transaction: Transaction) -> None:
            dropping.drop(transaction, mailbox, EVERYTHING, only_deleted=False)  # what has come meanwhile
            mailboxes.delete(transaction, mailbox)

        emptied = self._stepwise(
            choose, lambda transaction, uids: dropping.drop(transaction, mailbox, _each(uids), only_deleted=False), add
        )
        return steps.then(emptied, lambda: self._writer.submit(remove))

    def rename_mailbox(self, mailbox: int, name: str) -> Future[None]:
        def run(transaction: Transaction) -> None:
            renamed = mailboxes.mailbox_of(transaction.connection, mailbox)
            if renamed.name != mailboxes.INBOX:
                mailboxes.rename(transaction, renamed, name)
                return
            made = mailboxes.create(transaction, renamed.account, name)
            copying.move(transaction, mailbox, EVERYTHING, made.number)

        return self._writer.submit(run)

    def subscribe(self, account: int, name: str, on: bool) -> Future[None]:
        return self._writer.submit(lambda transaction: mailboxes.subscribe(transaction, account, name, on))

    def claim_recent(self, mailbox: int) -> Future[range]:
        return self._writer.submit(lambda transaction: mailboxes.claim_recent(transaction, mailbox))

    def store_flags(
        self,
        mailbox: int,
        uids: Sequence[Range],
        act: FlagAct,
        flags: int,
        keywords: Iterable[str],
        *,
        unchanged_since: int | None = None,
    ) -> Future[Flagged]:
        wanted = tuple(keywords)

        def mark(transaction: Transaction, some: Sequence[int]) -> Flagged:
            return marking.store_flags(
                transaction, mailbox, _each(some), act, flags=flags, keywords=wanted, unchanged_since=unchanged_since
            )

        return self._stepwise(lambda transaction: _uids(transaction, mailbox, uids), mark, _both)

    def copy(self, mailbox: int, uids: Sequence[Range], target: int) -> Future[Copied]:
        return self._writer.submit(lambda transaction: copying.copy(transaction, mailbox, uids, target))

    def move(self, mailbox: int, uids: Sequence[Range], target: int) -> Future[Copied]:
        return self._stepwise(
            lambda transaction: _uids(transaction, mailbox, uids),
            lambda transaction, some: copying.move(transaction, mailbox, _each(some), target),
            _all,
        )

    def append(self, mailbox: int, message: NewMessage, flags: int, keywords: Iterable[str]) -> Future[Copied]:
        wanted, size = tuple(keywords), len(message.raw)

        def run(transaction: Transaction) -> Copied:
            self._reserve.spare(size)
            return copying.append(transaction, mailbox, message, flags, wanted)

        return self._writer.submit(run, size)

    def expunge(self, mailbox: int, uids: Sequence[Range] | None = None) -> Future[tuple[int, ...]]:
        return self._drop(mailbox, EVERYTHING if uids is None else uids, only_deleted=True)

    def drop(self, mailbox: int, uids: Sequence[Range]) -> Future[tuple[int, ...]]:
        return self._drop(mailbox, uids, only_deleted=False)

    def _drop(self, mailbox: int, uids: Sequence[Range], *, only_deleted: bool) -> Future[tuple[int, ...]]:
        return self._stepwise(
            lambda transaction: _uids(transaction, mailbox, uids, DELETED if only_deleted else 0),
            lambda transaction, some: dropping.drop(transaction, mailbox, _each(some), only_deleted=only_deleted),
            add,
        )

    def note_fetches(self, fetched: Sequence[Fetched]) -> Future[None]:
        return self._writer.submit(lambda transaction: fetches.note(transaction, fetched), lazy=True)

    def _stepwise(
        self,
        choose: Callable[[Transaction], Sequence[int]],
        act: Callable[[Transaction, Sequence[int]], T],
        join: Callable[[T, T], T],
    ) -> Future[T]:
        """Act on many in steps, in small ones while the disk is full."""
        size = steps.SMALL_STEP if self._reserve.given_up else steps.STEP
        return steps.take(self._writer, choose, act, join, size)


def _uids(transaction: Transaction, mailbox: int, uids: Sequence[Range], flags: int = 0) -> list[int]:
    """Return the UIDs of copies in a mailbox, with those flags. Raises NotFound."""
    mailboxes.mailbox_of(transaction.connection, mailbox)
    return placements.uids_of(transaction.connection, mailbox, uids, flags)


def _each(uids: Sequence[int]) -> list[Range]:
    return [(uid, uid) for uid in uids]


def _all(before: Copied, after: Copied) -> Copied:
    return Copied(before.uidvalidity, before.pairs + after.pairs)


def _both(before: Flagged, after: Flagged) -> Flagged:
    return Flagged(before.changed + after.changed, before.conflicts + after.conflicts, max(before.modseq, after.modseq))
