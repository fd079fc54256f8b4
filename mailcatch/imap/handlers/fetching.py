r"""FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4): what is asked for, page by page, at the pace at which the client reads.

Each page is a reading of its own in a thread, so nobody who reads slowly holds the database, and other sessions have
their turn. What is small is answered in one piece; of a large body, only so much is in memory as is being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailcatch import model
from mailcatch.errors import NotFound
from mailcatch.imap import commands
from mailcatch.imap.bodies import Piece, piece_of
from mailcatch.imap.commands import Attribute, BodyItem
from mailcatch.imap.handlers.changing import after
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import State, registry
from mailcatch.imap.rows import is_placed_only, placed_values, row_values, wanted_of
from mailcatch.imap.sets import compressed
from mailcatch.imap.tracking import note_all
from mailcatch.imap.tracks import act_of
from mailcatch.imap.view import View
from mailcatch.store.mailbox_api import MailboxReader, Placed, Range, Row, Wanted

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

LARGE = 1 << 20
"""Octets of a response past which it is sent in pieces, and of a page of bodies."""

PIECE = 256 << 10
"""Octets of a large body that are read and sent at a time."""

_FLAGS_PAGE = 10_000  # messages of which only flags and numbers are asked for
_ROWS_PAGE = 1_000
_BODIES_PAGE = 100


@registry.handles(commands.Fetch, State.SELECTED)
async def fetch(session: Session, command: commands.Fetch) -> Outcome:
    """Answer FETCH; a message that has gone meanwhile makes it a NO after the rest (RFC 2180 §4.1.2)."""
    if "MODSEQ" in command.items or command.changed_since is not None:
        session.use_condstore()
    view = session.selected
    uids = session.uids(command.messages, by_uid=command.by_uid)
    if command.changed_since is not None:
        uids = await _changed_since(session, uids, command.changed_since)
    plan = await _plan(session, command, uids)
    if plan.bodies:
        found = await _fetch_bodies(session, plan, uids)
    elif is_placed_only(plan.attributes):
        found = await _fetch_placed(session, plan, uids)
    else:
        found = await _fetch_rows(session, plan, uids)
    if command.changed_since is None and found < view.count(uids):
        raise Problem("some of them have gone", "NO", "EXPUNGEISSUED")
    return Outcome("that is all")


@dataclass(slots=True)
class _Plan:
    r"""What a FETCH answers of each message, and of whom it sets `\Seen`."""

    attributes: tuple[Attribute, ...]
    bodies: tuple[BodyItem, ...]
    seen: dict[int, Placed] = field(default_factory=dict)  # whose flags have changed by this

    @property
    def wanted(self) -> frozenset[Wanted]:
        return wanted_of(self.attributes)


async def _plan(session: Session, command: commands.Fetch, uids: Sequence[Range]) -> _Plan:
    r"""Sort the items, and set `\Seen` where one of them does that: in one write, before anything is read."""
    bodies = tuple(item for item in command.items if isinstance(item, BodyItem))
    attributes = [item for item in command.items if not isinstance(item, BodyItem)]
    if command.by_uid and "UID" not in attributes:
        attributes.insert(0, "UID")
    plan = _Plan(tuple(attributes), bodies)
    view = session.selected
    if uids and not view.read_only and not all(item.peek for item in bodies):
        mailboxes = session.services.inbox.mailboxes
        flagged = await session.write(mailboxes.store_flags(view.mailbox.number, uids, "add", model.SEEN, ()))
        plan.seen = {each.uid: each for each in flagged.changed if view.numbering.number(each.uid) is not None}
        view.own(each.modseq for each in plan.seen.values())
        for each in plan.seen.values():
            if view.learn(each.keywords):
                session.say(*view.flags())
    return plan


async def _changed_since(session: Session, uids: Sequence[Range], modseq: int) -> tuple[Range, ...]:
    """Return the messages of a set that have changed after a MODSEQ (RFC 7162 §3.1.4.1)."""
    view = session.selected
    changes = await session.read(session.services.reader.changes, view.mailbox.number, modseq)
    known = [each.uid for each in changes.changed if view.numbering.number(each.uid) is not None]
    return intersection(uids, compressed(known))


def intersection(some: Sequence[Range], others: Sequence[Range]) -> tuple[Range, ...]:
    """Return the numbers that lie in both: ranges that ascend and do not overlap."""
    common: list[Range] = []
    left, right = 0, 0
    while left < len(some) and right < len(others):
        low, high = max(some[left][0], others[right][0]), min(some[left][1], others[right][1])
        if low <= high:
            common.append((low, high))
        if some[left][1] < others[right][1]:
            left += 1
        else:
            right += 1
    return tuple(common)


# Without bodies


async def _fetch_placed(session: Session, plan: _Plan, uids: Sequence[Range]) -> int:
    view, reader, found = session.selected, session.services.reader, 0
    values = placed_values(view, plan.attributes)
    while uids:
        page, said = await session.read(_placed_page, reader, view, uids, values)
        found += len(said)
        await session.say_all(said)
        uids = after(uids, page[-1].uid) if len(page) == _FLAGS_PAGE else ()
    return found


def _placed_page(
    reader: MailboxReader, view: View, uids: Sequence[Range], values: Callable[[Placed], bytes]
) -> tuple[Sequence[Placed], list[bytes]]:
    page = reader.placed(view.mailbox.number, uids, _FLAGS_PAGE)
    number = view.numbering.number
    return page, [b"* %d FETCH (%s)\r\n" % (at, values(each)) for each in page if (at := number(each.uid))]


async def _fetch_rows(session: Session, plan: _Plan, uids: Sequence[Range]) -> int:
    view, reader, found = session.selected, session.services.reader, 0
    values = row_values(view, plan.attributes)
    while uids:
        page, said = await session.read(_rows_page, reader, view, uids, values, plan.wanted)
        found += len(said)
        await session.say_all(said)
        uids = after(uids, page[-1].placed.uid) if len(page) == _ROWS_PAGE else ()
    return found


def _rows_page(
    reader: MailboxReader, view: View, uids: Sequence[Range], values: Callable[[Row], bytes], wanted: frozenset[Wanted]
) -> tuple[Sequence[Row], list[bytes]]:
    page = reader.rows(view.mailbox.number, uids, wanted, _ROWS_PAGE)
    number = view.numbering.number
    return page, [b"* %d FETCH (%s)\r\n" % (at, values(row)) for row in page if (at := number(row.placed.uid))]


# With bodies


@dataclass(slots=True)
class _Response:
    """The answer for one message: what it begins with, then the items of its body."""

    number: int
    message: int
    beginning: bytes
    pieces: list[Piece]

    @property
    def size(self) -> int:
        return len(self.beginning) + sum(piece.size for piece in self.pieces)


async def _fetch_bodies(session: Session, plan: _Plan, uids: Sequence[Range]) -> int:
    view, reader = session.selected, session.services.reader
    acts = tuple(dict.fromkeys(act_of(item) for item in plan.bodies))
    values = row_values(view, plan.attributes)
    taken: list[int] = []
    try:
        while uids:
            rows = await session.read(reader.rows, view.mailbox.number, uids, plan.wanted, _BODIES_PAGE)
            rest: Sequence[Row] = [row for row in rows if view.numbering.number(row.placed.uid)]
            while rest:
                page = await session.read(_bodies_page, reader, view, plan, values, rest)
                rest = rest[page.looked_at :]
                await session.say_all(page.said)
                taken += page.messages
                if page.large is not None and await _send_large(session, page.large):
                    taken.append(page.large.message)
            uids = after(uids, rows[-1].placed.uid) if len(rows) == _BODIES_PAGE else ()
    finally:
        note_all(session, ((act, message) for act in acts for message in taken))
    return len(taken)


@dataclass(slots=True)
class _Page:
    """Responses of a page of bodies; `large` is the one after them, to be sent in pieces."""

    said: list[bytes] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    large: _Response | None = None
    looked_at: int = 0


def _bodies_page(
    reader: MailboxReader, view: View, plan: _Plan, values: Callable[[Row], bytes], rows: Sequence[Row]
) -> _Page:
    """Read bodies until there is enough of them for one page; those that have gone are passed over."""
    page, size = _Page(), 0
    for row in rows:
        page.looked_at += 1
        try:
            response = _response(reader, view, plan, values(row), row)
            if response.size > LARGE:
                page.large = response
                break
            page.said.append(_whole(reader, response))
        except NotFound:
            continue
        page.messages.append(response.message)
        size += response.size
        if size > LARGE:
            break
    return page


def _response(reader: MailboxReader, view: View, plan: _Plan, values: bytes, row: Row) -> _Response:
    message, placed = row.placed.message, row.placed
    root = reader.part_tree(message)
    if placed.uid in plan.seen:
        values = b" ".join(filter(None, [values, *_flags_beside(view, plan, placed)]))
    pieces = [
        piece_of(item, root, row.size, lambda start, length: reader.octets(message, start, length))
        for item in plan.bodies
    ]
    number = view.numbering.number(placed.uid) or 0
    return _Response(number, message, b"* %d FETCH (%s" % (number, values), pieces)


def _flags_beside(view: View, plan: _Plan, placed: Placed) -> list[bytes]:
    """Return the flags that the reading has changed, unless they are there already."""
    wanted: list[Attribute] = ["FLAGS", "MODSEQ"] if view.condstore else ["FLAGS"]
    return [placed_values(view, [each])(placed) for each in wanted if each not in plan.attributes]


def _whole(reader: MailboxReader, response: _Response) -> bytes:
    words = [response.beginning]
    for piece in response.pieces:
        words.append(b"" if words[-1].endswith(b"(") else b" ")
        words.append(piece.head)
        if piece.span is not None:
            words.append(reader.octets(response.message, piece.span.start, piece.span.length))
    return b"".join([*words, b")\r\n"])


async def _send_large(session: Session, response: _Response) -> bool:
    """Send a response piece by piece; should the message go in the midst of it, only the connection can end."""
    begun, first = response.beginning, True
    for piece in response.pieces:
        begun += (b"" if begun.endswith(b"(") else b" ") + piece.head
        start, left = (piece.span.start, piece.span.length) if piece.span else (0, 0)
        while left:
            octets = await session.read(_octets, session.services.reader, response.message, start, min(left, PIECE))
            if octets is None:
                if first:
                    return False
                raise ConnectionAbortedError("the message was removed while it was being sent")
            session.wire.write_part(begun + octets, first=first)
            await session.wire.drain()
            begun, first, start, left = b"", False, start + len(octets), left - len(octets)
    session.wire.write_part(begun + b")\r\n")
    return True


def _octets(reader: MailboxReader, message: int, start: int, length: int) -> bytes | None:
    try:
        return reader.octets(message, start, length) or None
    except NotFound:
        return None
