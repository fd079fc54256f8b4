r"""STORE and EXPUNGE (RFC 3501 §6.4.3, §6.4.6; UIDPLUS, RFC 4315; CONDSTORE, RFC 7162 §3.1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mailcatch import model
from mailcatch.imap import answers, commands
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import State, registry
from mailcatch.imap.tracking import note
from mailcatch.search import criteria
from mailcatch.store.mailbox_api import FlagAct, Flagged, Placed, Range

if TYPE_CHECKING:
    from mailcatch.imap.session import Session

_PAGE = 10_000  # messages read at a time


@registry.handles(commands.Store, State.SELECTED)
async def store(session: Session, command: commands.Store) -> Outcome:
    """Answer STORE; UNCHANGEDSINCE leaves alone what somebody else has changed, and names it."""
    view = session.selected
    check_writable(session)
    if command.unchanged_since is not None:
        session.use_condstore()
    uids = session.uids(command.messages, by_uid=command.by_uid)
    expected = await _expected(session, uids, command) if command.silent else {}
    flagged = await session.write(
        session.services.inbox.mailboxes.store_flags(
            view.mailbox.number,
            uids,
            command.act,
            command.flags.bits,
            command.flags.keywords,
            unchanged_since=command.unchanged_since,
        )
    )
    if command.silent:
        await _tell_silently(session, flagged, expected, by_uid=command.by_uid)
    else:
        await _tell_all(session, uids, flagged, by_uid=command.by_uid)
    return _modified(session, flagged, by_uid=command.by_uid)


@registry.handles(commands.Expunge, State.SELECTED)
async def expunge(session: Session, command: commands.Expunge) -> Outcome:
    """Answer EXPUNGE, and UID EXPUNGE of those UIDs only; the news say what has gone."""
    check_writable(session)
    await remove(session, session.uids(command.uids, by_uid=True) if command.uids is not None else None)
    return Outcome("it is gone")


async def remove(session: Session, uids: Sequence[Range] | None) -> None:
    """Remove what is flagged as deleted from the selected mailbox, and note it in the paths of the mail."""
    mailbox, services = session.selected.mailbox.number, session.services
    if uids is not None and not uids:
        return
    deleted = await session.read(services.reader.search_mailbox, mailbox, criteria.Flag(model.DELETED), uids)
    expunged = await session.write(services.inbox.mailboxes.expunge(mailbox, uids))
    gone = frozenset(expunged)
    if gone and session.owner.kind != "all":  # elsewhere the message is still there, and so is its path
        note(session, "EXPUNGE", [each.message for each in deleted if each.uid in gone])


def check_writable(session: Session) -> None:
    """Raise Problem if the mailbox was opened by EXAMINE."""
    if session.selected.read_only:
        raise Problem("it is open for reading only", "NO", "READ-ONLY")


async def placed(session: Session, uids: Sequence[Range]) -> list[Placed]:
    """Return messages of the selected mailbox with their flags."""
    found: list[Placed] = []
    while uids:
        page = await session.read(session.services.reader.placed, session.selected.mailbox.number, uids, _PAGE)
        found += page
        uids = after(uids, page[-1].uid) if len(page) == _PAGE else ()
    return found


def after(uids: Iterable[Range], uid: int) -> tuple[Range, ...]:
    """Return what is left of ranges after a UID."""
    return tuple((max(low, uid + 1), high) for low, high in uids if high > uid)


async def _tell_all(session: Session, uids: Sequence[Range], flagged: Flagged, *, by_uid: bool) -> None:
    """Tell the flags as they are now, of all messages that the client named."""
    view = session.selected
    told = await placed(session, uids)
    view.own(each.modseq for each in flagged.changed)
    await session.say_all(view.fetches(told, with_uid=by_uid))


async def _expected(session: Session, uids: Sequence[Range], command: commands.Store) -> dict[int, _State]:
    """Return the state that a client must believe in after its silent STORE, of what it has been told of in full."""
    position = session.selected.position
    return {
        each.uid: _acted(_state(each), command.act, command.flags)
        for each in await placed(session, uids)
        if each.modseq <= position
    }


async def _tell_silently(session: Session, flagged: Flagged, expected: dict[int, _State], *, by_uid: bool) -> None:
    """Tell the MODSEQs, if the client wants them, and the flags where somebody else had a hand in them."""
    view = session.selected
    as_expected = [each for each in flagged.changed if expected.get(each.uid) == _state(each)]
    view.own(each.modseq for each in flagged.changed)
    if view.learn(keyword for each in as_expected for keyword in each.keywords):
        session.say(*view.flags())
    surprising = {each.uid for each in flagged.changed} - {each.uid for each in as_expected}
    await session.say_all(view.fetches([each for each in flagged.changed if each.uid in surprising], with_uid=by_uid))
    if view.condstore:
        await session.say_all([_modseq(number, each) for each in as_expected if (number := _number(session, each))])


def _number(session: Session, each: Placed) -> int | None:
    return session.selected.numbering.number(each.uid)


def _modseq(number: int, each: Placed) -> bytes:
    return answers.fetch(number, [(b"UID", b"%d" % each.uid), (b"MODSEQ", b"(%d)" % each.modseq)])


_State = tuple[int, frozenset[str]]


def _state(each: Placed) -> _State:
    return each.flags, frozenset(keyword.lower() for keyword in each.keywords)


def _acted(state: _State, act: FlagAct, flags: commands.Flags) -> _State:
    keywords = frozenset(keyword.lower() for keyword in flags.keywords)
    if act == "set":
        return flags.bits, keywords
    if act == "add":
        return state[0] | flags.bits, state[1] | keywords
    return state[0] & ~flags.bits, state[1] - keywords


def _modified(session: Session, flagged: Flagged, *, by_uid: bool) -> Outcome:
    if not flagged.conflicts:
        return Outcome("done")
    view = session.selected
    numbers = list(flagged.conflicts) if by_uid else view.numbers(flagged.conflicts)
    code = answers.modified_code(numbers) if numbers else None
    return Outcome("some were changed by somebody else and left alone", code)
