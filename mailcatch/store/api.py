"""The contract of the store. Everything above the store knows these types only, never an engine.

Synchronous and thread-safe: reads return values, writes return `concurrent.futures.Future`, so one interface serves
Flask's threads (`result()`) and asyncio (`wrap_future`). Interfaces are set-based: one call is a few statements,
also for 100,000 messages. A write's future resolves after the commit is durable (fsync done, G1); then the bus has
been notified too. It fails with `Overloaded` (disk or queue full: nothing stored, try again) or `StoreError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from mailcatch.journey import Journey, Return, Sent
from mailcatch.mime.reading import Reading
from mailcatch.model import Cursor, Envelope, Event, Fetch, Message, Order, Origin, Session, Summary
from mailcatch.search.predicate import Candidate
from mailcatch.search.query import Query
from mailcatch.store.deriving import Derived, derive
from mailcatch.store.graves import How
from mailcatch.store.mailbox_api import MailboxStore
from mailcatch.store.relay_api import RelayReader, RelayStore

MOST_TAGS = 50
"""How many tags a message may have."""


class Destination(Struct, frozen=True):
    """Which inboxes a message is for. It is settled when it is stored: only then is it sure which there are.

    Those `named` are made if they are not there. Without any, those of `addressed` that are there; if none is, the
    `fallback`, which is made too. Without that either, it lies in none.
    """

    named: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ("default",)


TO_DEFAULT = Destination()
NOWHERE = Destination(fallback=())
"""What a mail client keeps (IMAP's APPEND) is in no inbox."""


class NewInbox(Struct, frozen=True):
    """An inbox that somebody asks for. Without a name it gets one that nobody has, without `ttl` (ms) it stays."""

    name: str = ""
    label: str = ""
    ttl: int | None = None


class NewMessage(Struct, frozen=True, dict=True):
    """A message that was read: the store keeps its bytes, its envelope, what lists show, and what it derives itself.

    `summary` is what `model.Summary` shows of it; the store sets `seq` (given as 0) and what it knows better.
    """

    summary: Summary
    raw: bytes
    sha256: bytes
    envelope: Envelope
    origin: Origin
    reading: Reading
    destination: Destination = TO_DEFAULT
    internal_at: int | None = None  # IMAP INTERNALDATE; None: as received_at
    session: Session | None = None
    derived_before: Derived | None = None  # by whoever needed it already

    @cached_property
    def derived(self) -> Derived:
        """Return what search asks of it; made when first asked for."""
        return self.derived_before or derive(self.reading, self.envelope)


class Added(Struct, frozen=True):
    """A stored message: its id, and the seq of its `added` event."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages a write is about: `ids`, or those that match `query` (`everything` when it says so in words).

    `until` bounds it to messages with seq <= until, so that mail arriving meanwhile is not caught. A selection that
    names nothing selects nothing (G13).
    """

    ids: tuple[str, ...] = ()
    query: Query | None = None
    everything: bool = False
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What to set on the selected messages; None leaves as it is."""

    read: bool | None = None
    pinned: bool | None = None
    bin: bool | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a bulk write did: messages touched (those already so do not count), and the log's seq after it."""

    count: int
    seq: int


@dataclass(frozen=True, slots=True)
class Retention:
    """What may stay, None = no limit: messages, age in milliseconds, bytes of raw mail."""

    max_messages: int | None = None
    max_age: int | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list. `before` and `after` are the seqs to ask on from (None: no more on that side)."""

    messages: tuple[Summary, ...]
    total: int  # of the whole query
    unread: int  # of the whole query
    before: int | None
    after: int | None
    seq: int  # where the log was when this was read


@dataclass(frozen=True, slots=True)
class Log:
    """Events after a position. `gap`: some of those asked for are no longer kept (G9)."""

    events: tuple[Event, ...]
    gap: bool
    seq: int  # where the log was when this was read: may be past the last event given, if `limit` cut it


@dataclass(frozen=True, slots=True)
class Count:
    """Messages under one name (an inbox, a recipient, a tag), the Bin left out."""

    name: str
    total: int
    unread: int


@dataclass(frozen=True, slots=True)
class ListedInbox:
    """An inbox and its messages, the Bin left out; `expires_at` is None if it stays."""

    name: str
    label: str
    automatic: bool  # made by what arrived, not by somebody who asked for it
    total: int
    unread: int
    created_at: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of the sidebar; total, unread and pinned leave the Bin out."""

    total: int
    unread: int
    pinned: int
    binned: int
    inboxes: tuple[Count, ...]
    recipients: tuple[Count, ...]  # the 1,000 with most mail
    tags: tuple[Count, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A message, and what a predicate sees of it."""

    seq: int
    summary: Summary
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Gone:
    """A message that is gone: what a predicate saw of it, as far as lists showed it; when it went, and by whom."""

    seen: Seen
    at: int
    how: How


@dataclass(frozen=True, slots=True)
class Candidates:
    """Arrivals; `seq` is how far the log was looked through."""

    seen: tuple[Seen, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Sessions, newest first, without transcripts; `before` is the number to ask on from."""

    sessions: tuple[Session, ...]
    before: int | None
    seq: int


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the store can store now; `problem` is a sentence when it can't."""

    ok: bool
    problem: str | None = None
    free_bytes: int | None = field(default=None)


class Reader(RelayReader, Protocol):
    """The reading side. Each call is one short read transaction on a pooled read-only connection."""

    @property
    def epoch(self) -> str:
        """The identity of this database, new with each new file (G10)."""

    def cursor(self) -> Cursor:
        """Return where the log is now (the last durable commit)."""

    def events(self, after: int, limit: int = 1000) -> Log:
        """Return the events with seq > `after`, oldest first, each with its summary while the message is there."""

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
        """Return a page of the list: `before`/`after` bound the seq, exclusively.

        The Bin is left out unless the query asks for it, appended mail always. Raises NotFound for an unknown inbox,
        QueryError for a pattern that turns out to be slow, Overloaded if the query runs longer than 2 s, or 10 s where
        each message must be opened (`query.opens_messages`).
        """

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
        """Return the rows of a page without its numbers, which cost a look at all that match. Raises as `messages`."""

    def arrivals(self, after: int, limit: int = 200) -> Candidates:
        """Return what came after seq `after`, oldest first: what a waiter looks at."""

    def newest(self, limit: int) -> tuple[Seen, ...]:
        """Return the newest messages, those in the Bin too, newest first: what an explanation looks at."""

    def gone(self) -> tuple[Gone, ...]:
        """Return the last 500 messages that were removed since the start, the last one first."""

    def positions(self, query: Query | None, start: int, count: int, inbox: str | None = None) -> Page:
        """Return `count` rows from index `start` (0 = newest) of the list: what a virtual list jumps by."""

    def message(self, id: str) -> Message:
        """Return one message. Raises NotFound."""

    def raw(self, id: str) -> bytes:
        """Return the exact bytes. Raises NotFound."""

    def raw_size(self, id: str) -> int:
        """Return the number of bytes of the raw message. Raises NotFound."""

    def raw_range(self, id: str, start: int, length: int) -> bytes:
        """Return raw[start:start+length] without reading the rest (incremental blob I/O). Raises NotFound."""

    def counts(self) -> Counts:
        """Return the numbers of the sidebar."""

    def inboxes(self) -> tuple[ListedInbox, ...]:
        """Return the inboxes, oldest first."""

    def inbox_number(self, name: str) -> int | None:
        """Return by what number an inbox is known, None if there is none; one made anew under its name has another."""

    def inboxes_of(self, destination: Destination) -> tuple[str, ...]:
        """Return the inboxes that a message with that destination would be stored in now."""

    def next_expiry(self) -> int | None:
        """Return when the next inbox expires, milliseconds since 1970; None if none does."""

    def sessions(self, *, limit: int = 50, before: int | None = None, rejected: bool | None = None) -> SessionPage:
        """Return sessions, newest first, what was recorded until now included; `rejected=True` those with a refusal."""

    def session(self, id: str) -> tuple[Session, tuple[str, ...]]:
        """Return one session with its transcript, and the ids of its messages. Raises NotFound."""

    def session_ids_of(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Return for each message id the id of its session."""

    def fetches(self, id: str) -> tuple[Fetch, ...]:
        """Return who took a message by POP3 or IMAP, oldest first: the end of its path. Raises NotFound."""

    def journeys(self, id: str) -> tuple[Journey, ...]:
        """Return the relay's jobs of a message, oldest first: the middle of its path. Raises NotFound."""

    def sent(self, ids: Sequence[str], message_id: str | None) -> tuple[Sent, ...]:
        """Return to whom we relayed the messages of these ids, else those with that Message-ID, newest first."""

    def health(self) -> Health:
        """Return whether the store can store: no failed commit lately, room on the disk, writer alive."""

    def check_room(self, size: int) -> None:
        """Raise Overloaded if a message of `size` bytes should not be taken now (disk or queue full)."""


class Store(Reader, MailboxStore, RelayStore, Protocol):
    """The whole store; only `inbox` calls the writes."""

    def add(self, message: NewMessage) -> Future[Added]:
        """Store one message, its session and its `added` event in one transaction.

        `message.session`: the row is made or brought up to date (its counters, and its transcript unless that is
        None) in the same commit, so the `session_id` of a stored mail can be read at once.
        """

    def import_all(self, messages: Iterable[NewMessage]) -> Future[int]:
        """Store messages in order, with the flags their summaries carry; return how many. One event each."""

    def record(self, session: Session) -> Future[None]:
        """Store a session's new state (a refusal, its end) and a `session` event.

        It does not hurry: it is committed with the next message, or within 0.2 s.
        """

    def change(self, selection: Selection, change: Change) -> Future[Outcome]:
        """Set flags, Bin and tags; events `changed`, or one `reset` past 200 messages."""

    def delete(self, selection: Selection) -> Future[Outcome]:
        """Remove messages for ever and everywhere; events `removed`, or one `reset` past 200 (G13, G14)."""

    def make_inbox(self, new: NewInbox) -> Future[ListedInbox]:
        """Make an inbox, or take over one that mail has made. The future fails with Conflict if it is there already."""

    def declare_inboxes(self, declared: Sequence[NewInbox]) -> Future[None]:
        """Make the inboxes of the configuration, or bring them up to date."""

    def delete_inbox(self, name: str) -> Future[None]:
        """Forget an inbox, with an event `inbox`. What lies in no other moves to `default`.

        The future fails with NotFound, and with Conflict for `default`.
        """

    def expire_inboxes(self, limit: int = 50) -> Future[int]:
        """Forget at most `limit` inboxes whose time is over, the same way; return how many."""

    def prune(self, retention: Retention, now: int, limit: int = 100) -> Future[Outcome]:
        """Remove at most `limit` of the oldest messages that retention does not keep; count 0: nothing left to do.

        Pinned mail and mail with recipients queued, active, deferred or held stays. Also gives freed pages back.
        """

    def link(self, returned: Sequence[Return]) -> Future[int]:
        """Link what came back to the recipients it is about; a `path` event for each message. How many were new."""

    def close(self) -> None:
        """Finish what is queued, checkpoint, release the file. Later writes fail with StoreError."""
