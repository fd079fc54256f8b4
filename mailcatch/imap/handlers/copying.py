"""COPY and MOVE (RFC 3501 §6.4.7, RFC 6851), with the UIDs of UIDPLUS (RFC 4315)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailcatch.errors import NotFound
from mailcatch.imap import answers, commands
from mailcatch.imap.handlers.changing import check_writable, placed
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import State, registry
from mailcatch.store.mailbox_api import Mailbox, Range

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.Copy, State.SELECTED)
async def copy(session: Session, command: commands.Copy) -> Outcome:
    """Answer COPY: all or nothing."""
    uids = session.uids(command.messages, by_uid=command.by_uid)
    target = await target_of(session, command.mailbox)
    if not command.by_uid:
        await _check_there(session, uids)
    if not uids:
        return Outcome("there was nothing to copy")
    mailboxes = session.services.inbox.mailboxes
    copied = await session.write(mailboxes.copy(session.selected.mailbox.number, uids, target.number))
    return Outcome("done", answers.copied_code(copied))


@registry.handles(commands.Move, State.SELECTED)
async def move(session: Session, command: commands.Move) -> Outcome:
    """Answer MOVE: COPYUID comes before the EXPUNGEs (RFC 6851 §4.3), which the news say."""
    check_writable(session)
    uids = session.uids(command.messages, by_uid=command.by_uid)
    target = await target_of(session, command.mailbox)
    if not command.by_uid:
        await _check_there(session, uids)
    if not uids:
        return Outcome("there was nothing to move")
    mailboxes = session.services.inbox.mailboxes
    moved = await session.write(mailboxes.move(session.selected.mailbox.number, uids, target.number))
    code = answers.copied_code(moved)
    if code is not None:
        session.say(answers.untagged("OK", "they have new UIDs", code))
    return Outcome("done")


async def _check_there(session: Session, uids: Sequence[Range]) -> None:
    """Raise Problem if one of the messages that were named by number has gone (RFC 2180 §4.4.2)."""
    if len(await placed(session, uids)) < session.selected.count(uids):
        raise Problem("some of them have gone", "NO", "EXPUNGEISSUED")


async def target_of(session: Session, name: str) -> Mailbox:
    """Return the mailbox that COPY, MOVE or APPEND names. Raises Problem with TRYCREATE (RFC 3501 §6.3.11)."""
    try:
        return await session.read(session.services.reader.mailbox, session.owner.number, name.rstrip("/"))
    except NotFound as error:
        raise Problem("there is no such mailbox; it could be created", "NO", "TRYCREATE") from error
