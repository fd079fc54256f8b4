"""The face of the use cases: what the doors call to write. Every method may be called from any thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from mailcatch.inbox.accept import Arrival, Rules, compose
from mailcatch.inbox.budget import ByteBudget
from mailcatch.inbox.expiry import Expiry
from mailcatch.inbox.mailboxes import Mailboxes
from mailcatch.inbox.routing import Router
from mailcatch.inbox.tagging import Tagger
from mailcatch.journey import Return
from mailcatch.model import Envelope, Origin, Recipient, Session
from mailcatch.store.api import Added, Change, Destination, ListedInbox, NewInbox, Outcome, Selection, Store

READ_AT_ONCE = 64 << 10
"""Mail up to this size (bytes) is read by the caller's own thread: a hop to another costs more than the scan."""

READING_BYTES = 64 << 20
"""How many bytes of large mail are being read at one time, so that four mails of 50 MB are not a gigabyte."""


class Inbox:
    """What the doors call to write; reads go straight to the store."""

    def __init__(self, store: Store, router: Router | None = None, tagger: Tagger | None = None) -> None:
        self._store = store
        self._rules = Rules(router or Router(), tagger or Tagger(), store.inboxes_of)
        self._expiry = Expiry(store)
        self._expiry.look()  # at those that an earlier process made
        self.mailboxes = Mailboxes(store)
        self._budget = ByteBudget(READING_BYTES)
        # Two threads: they share the interpreter's lock, more would only wait.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="parse")

    def accept(
        self,
        raw: bytes,
        envelope: Envelope,
        *,
        origin: Origin,
        session: Session | None = None,
        received_at: int | None = None,
        read: bool = False,
        pinned: bool = False,
        binned: bool = False,
        tags: tuple[str, ...] = (),
        destination: Destination | None = None,
    ) -> Future[Added]:
        """Read and store one message; the future resolves when it is durable and visible everywhere (G1).

        `received_at` is in milliseconds (default now). Without a `destination` the rules say which inboxes it is for.
        The future fails with Overloaded or StoreError, and then nothing was stored; a future cancelled in time stores
        nothing either.
        """
        arrival = Arrival(
            raw=raw,
            envelope=envelope,
            origin=origin,
            received_at=time.time_ns() // 1_000_000 if received_at is None else received_at,
            session=session,
            read=read,
            pinned=pinned,
            binned=binned,
            tags=tags,
            destination=destination,
        )
        if len(raw) <= READ_AT_ONCE:
            return self._store.add(compose(arrival, self._rules))
        return self._accept_large(arrival)

    def bounce(self, raw: bytes, to: str) -> Future[Added]:
        """Put a report made here into the local mailbox of whom it is for; such mail is never relayed."""
        return self.accept(raw, Envelope("", (Recipient(to, {}, "local", "a report made here"),)), origin="bounce")

    def link(self, returned: Sequence[Return]) -> Future[int]:
        """Link what came back of relayed mail to the recipients it is about; how many messages were concerned."""
        return self._store.link(returned)

    def check_room(self, size: int) -> None:
        """Raise Overloaded if a message of `size` bytes should not be taken now."""
        self._store.check_room(size)

    def record(self, session: Session) -> Future[None]:
        """Keep a session's new state: a refusal, or its end."""
        return self._store.record(session)

    def change(self, selection: Selection, change: Change) -> Future[Outcome]:
        """Set read, pinned, Bin and tags on the selected messages."""
        return self._store.change(selection, change)

    def delete(self, selection: Selection) -> Future[Outcome]:
        """Remove the selected messages for ever and everywhere (G13, G14)."""
        return self._store.delete(selection)

    def make_inbox(self, new: NewInbox) -> Future[ListedInbox]:
        """Make an inbox, or take over one that mail has made; the future fails with Conflict if it is there already."""
        made = self._store.make_inbox(new)
        if new.ttl is not None:
            made.add_done_callback(lambda _: self._expiry.look())
        return made

    def declare_inboxes(self, declared: Sequence[NewInbox]) -> Future[None]:
        """Make the inboxes of the configuration."""
        return self._store.declare_inboxes(declared)

    def delete_inbox(self, name: str) -> Future[None]:
        """Forget an inbox, never its mail; who waits there is told. It fails with NotFound, or Conflict: `default`."""
        return self._store.delete_inbox(name)

    def close(self) -> None:
        """Finish what is being read; the store stays open, for its owner closes it."""
        self._expiry.close()
        self._budget.close()
        self._pool.shutdown(wait=True)

    def _accept_large(self, arrival: Arrival) -> Future[Added]:
        answer: Future[Added] = Future()

        def run() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            size = len(arrival.raw)
            try:
                with self._budget.taken(size):
                    stored = self._store.add(compose(arrival, self._rules))
            except BaseException as error:  # noqa: BLE001 - whoever waits for the future must hear of it
                answer.set_exception(error)
            else:
                stored.add_done_callback(_copy_to(answer))

        self._pool.submit(run)
        return answer


def _copy_to(answer: Future[Added]) -> Callable[[Future[Added]], None]:
    def copy(done: Future[Added]) -> None:
        error = done.exception()
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(done.result())

    return copy
