"""What comes back: reports about mail that we relayed, and the mail itself, delivered here again by the world.

A thread follows `added` events. A report is linked to the recipient that it is about, a message that went round to
the recipient for which it left; both become events of that attempt's trace, and so steps of the message's path. Which
message it was tells the id in our own `Received` line, which servers keep; else its Message-ID.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence

from mailcatch.address import key_of
from mailcatch.bus import Bus
from mailcatch.dsn.read import is_report, read
from mailcatch.dsn.values import Reported
from mailcatch.errors import MailcatchError, NotFound
from mailcatch.ids import new_id
from mailcatch.inbox import Inbox
from mailcatch.journey import Return, Sent
from mailcatch.mime.headers import read_fields
from mailcatch.mime.hops import Hop, facts_of, hops_of
from mailcatch.model import Message, Summary
from mailcatch.relay.delivered import asks, delivered
from mailcatch.store.api import Reader
from mailcatch.trace import RecipientResult

log = logging.getLogger(__name__)

HEADER = 64 << 10
"""Octets of a message in which `Received` fields are looked for."""

LARGEST = 4 << 20
"""Octets of a report that are read: what servers return of the message may be large, what they say of it is not."""

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_REPLY = re.compile(r"([245]\d\d)[ -]")
REST = 0.25
"""Seconds between two rounds, so that a stream of mail does not pay a look for each."""

_PAGE = 200
_STOP = 10.0  # seconds that a message under way may take at the end
_FAILED = 5.0  # seconds until the next try after the database could not
_TEXT = 500


class ReturnsFollower:
    """The thread `returns`: from its start on, each new message is looked at once.

    Those of local recipients whose sender asked for it are reported as delivered, where there are any (`local`).
    `hostname` is what we call ourselves. While nothing has left, nothing can come back, and nothing is read.
    """

    def __init__(self, store: Reader, inbox: Inbox, bus: Bus, hostname: str, *, local: bool = True) -> None:
        self._store = store
        self._inbox = inbox
        self._bus = bus
        self._hostname = hostname
        self._local = local
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._seq = 0

    def start(self) -> None:
        """Follow the log from where it is now: nothing can have come back before."""
        self._seq = self._store.cursor().seq
        self._thread = threading.Thread(target=self._run, name="returns", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the message under way; the bus must be closed before, for the thread waits there."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(_STOP)

    def _run(self) -> None:
        while not self._over():
            try:
                self._catch_up()
            except MailcatchError as error:
                if not self._over():
                    log.warning("what came back could not be looked at: %s", error)
                    self._closed.wait(_FAILED)
            else:
                self._bus.wait(self._seq, None)
                self._closed.wait(0 if self._bus.closed else REST)

    def _over(self) -> bool:
        return self._closed.is_set() or self._bus.closed

    def _catch_up(self) -> None:
        here = self._store.cursor().seq
        left = self._store.relay_has_left()
        if not left and not self._local:
            self._seq = here  # what came until then came before anything left
            return
        while not self._over():
            page = self._store.events(self._seq, _PAGE)
            left = left or self._store.relay_has_left()
            for event in page.events:
                if event.kind == "added" and event.summary is not None and not self._over():
                    self._look(event.summary, left=left)
                self._seq = event.seq
            if not page.events:
                self._seq = max(self._seq, page.seq)
                return

    def _look(self, summary: Summary, *, left: bool) -> None:
        try:
            found = tuple(returned(self._store, summary)) if left else ()
            if found:
                self._inbox.link(found).result()
            if summary.mail_from and self._local:
                self._report(self._store.message(summary.id))
        except NotFound:
            return  # it has gone meanwhile

    def _report(self, message: Message) -> None:
        """Say that a message is in the mailboxes of those for whom that was asked."""
        if recipients := asks(message):
            header = self._store.raw_range(message.summary.id, 0, HEADER)
            made = delivered(message, header, recipients, hostname=self._hostname, id=new_id())
            if made is not None:
                self._inbox.bounce(made.raw, made.to).result()


def returned(store: Reader, summary: Summary) -> Iterator[Return]:
    """Yield what a message that was just stored is the return of. Raises NotFound."""
    header = store.raw_range(summary.id, 0, HEADER)
    hops = hops_of(header)
    back = _gone_round(store, summary, hops)
    if back:
        yield from back
    elif _may_be_report(summary, header) and store.message(summary.id).origin in ("smtp", "http"):
        yield from _reported(store, summary)


def _may_be_report(summary: Summary, header: bytes) -> bool:
    fields = read_fields(header, 0, len(header)).fields
    return not summary.mail_from or is_report(header) or fields.get(b"x-failed-recipients") is not None


def whose(sent: Sequence[Sent], addresses: Sequence[str]) -> Sent | None:
    """Return the recipient that one of the addresses names, else the only one there is."""
    keys = {key_of(address).key for address in addresses if address}
    for each in sent:
        if key_of(each.address).key in keys or key_of(each.original).key in keys:
            return each
    return sent[0] if len({each.address for each in sent}) == 1 else None


# Reports


def _reported(store: Reader, summary: Summary) -> Iterator[Return]:
    found = read(store.raw_range(summary.id, 0, min(summary.size, LARGEST)))
    if found is None:
        return
    sent = store.sent([id for id in found.received_ids if _ULID.match(id)], found.message_id)
    for each in found.report.recipients:
        about = whose(sent, (each.address, each.original or ""))
        if about is not None:
            facts = _facts(summary, each, about)
            yield Return(about.recipient, summary.id, "return.bounce", facts, _result(each, about))


def _facts(summary: Summary, each: Reported, about: Sent) -> dict[str, object]:
    facts = {"message": summary.id, "addresses": [about.address], "action": each.action, "status": each.status}
    text = (each.diagnostic or "")[:_TEXT]
    return {name: value for name, value in {**facts, "text": text}.items() if value}


def _result(each: Reported, about: Sent) -> RecipientResult | None:
    """Return what a failure makes of a recipient; a delay or a success changes nothing."""
    if each.action != "failed":
        return None
    said = (each.diagnostic or "")[:_TEXT]
    code = _REPLY.match(said)
    text = said[code.end() :].removeprefix(each.status).strip() if code else said
    number = int(code[1]) if code else None
    return RecipientResult(about.recipient, about.address, "failed", number, each.status or None, text, mta=each.mta)


# The message itself


def _gone_round(store: Reader, summary: Summary, hops: Sequence[Hop]) -> tuple[Return, ...]:
    """Return the hops since the message left here; the newest of our lines counts, for it may go round twice."""
    ids = [hop.id for hop in hops if hop.id and _ULID.match(hop.id) and hop.id != summary.id]
    sent = store.sent(ids, None) if ids else ()
    ours = {each.message for each in sent}
    last = max((number for number, hop in enumerate(hops) if hop.id in ours), default=None)
    if last is None:
        return ()
    about = whose([each for each in sent if each.message == hops[last].id], (hops[last].for_ or "", *summary.rcpt_to))
    if about is None:
        return ()
    way = hops[last + 1 :] or hops[last:]
    return tuple(Return(about.recipient, summary.id, "hop", {**facts_of(hop), "message": summary.id}) for hop in way)
