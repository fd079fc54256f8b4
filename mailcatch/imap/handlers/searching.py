"""SEARCH and SORT (RFC 3501 §6.4.4, RFC 5256), with RETURN (RFC 4731, RFC 5267) and MODSEQ (RFC 7162 §3.1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailcatch.imap import answers, commands
from mailcatch.imap.handlers.changing import after
from mailcatch.imap.keys import SearchKey, resolve
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.registry import State, registry
from mailcatch.imap.sets import compressed
from mailcatch.imap.sorting import in_order, wanted_for
from mailcatch.store.mailbox_api import Placed, Row, Wanted

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

_PAGE = 1_000  # rows read at a time


@registry.handles(commands.Search, State.SELECTED)
async def search(session: Session, command: commands.Search) -> Outcome:
    """Answer SEARCH, also where nothing was found."""
    found = await _found(session, command.key, modseq=command.modseq)
    uids = [each.uid for each in found]
    numbers = uids if command.by_uid else session.selected.numbers(uids)
    if command.returns is None:
        session.say(answers.search(numbers, _highest(found) if command.modseq else None))
    else:
        highest = _highest(_returned(found, command.returns)) if command.modseq else None
        session.say(answers.esearch(session.tag, numbers, command.returns, by_uid=command.by_uid, modseq=highest))
    return Outcome("that is all")


@registry.handles(commands.Sort, State.SELECTED)
async def sort(session: Session, command: commands.Sort) -> Outcome:
    """Answer SORT."""
    found = await _found(session, command.key, modseq=command.modseq)
    rows = await _rows(session, found, wanted_for(command.order))
    uids = await session.read(in_order, rows, command.order)
    numbers = uids if command.by_uid else session.selected.numbers(uids)
    highest = _highest(found) if command.modseq else None
    if command.returns is None:
        session.say(answers.sort(numbers, highest))
    else:
        returns = command.returns
        session.say(answers.esearch(session.tag, numbers, returns, by_uid=command.by_uid, modseq=highest, ordered=True))
    return Outcome("that is all")


async def _found(session: Session, key: SearchKey, *, modseq: bool) -> list[Placed]:
    """Return what matches of the messages that the client knows, ascending."""
    view = session.selected
    if modseq:
        session.use_condstore()
    uids = view.numbering.uids
    if not len(uids):
        return []
    criteria = resolve(key, uids, view.recent)
    reader = session.services.reader
    found = await session.read(reader.search_mailbox, view.mailbox.number, criteria, [(uids[0], uids[-1])])
    return [each for each in found if view.numbering.number(each.uid) is not None]


async def _rows(session: Session, found: Sequence[Placed], wanted: frozenset[Wanted]) -> list[Row]:
    reader, mailbox = session.services.reader, session.selected.mailbox.number
    uids = compressed([each.uid for each in found])
    rows: list[Row] = []
    while uids:
        page = await session.read(reader.rows, mailbox, uids, wanted, _PAGE)
        rows += page
        uids = after(uids, page[-1].placed.uid) if len(page) == _PAGE else ()
    return rows


def _highest(found: Sequence[Placed]) -> int | None:
    return max((each.modseq for each in found), default=None)


def _returned(found: Sequence[Placed], returns: frozenset[commands.ReturnOption]) -> Sequence[Placed]:
    """Return the messages whose MODSEQs count: of MIN and MAX alone only these two (RFC 7162 §3.1.10)."""
    if not found or returns & {"ALL", "COUNT"}:
        return found
    return [found[place] for option, place in (("MIN", 0), ("MAX", -1)) if option in returns]
