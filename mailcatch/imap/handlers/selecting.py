"""SELECT, EXAMINE, CLOSE, UNSELECT (RFC 3501 §6.3.1, §6.3.2, §6.4.2; RFC 3691; RFC 7162 §3.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailcatch.imap import answers, commands
from mailcatch.imap.handlers.changing import remove
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.registry import LOGGED_IN, State, registry
from mailcatch.imap.view import View
from mailcatch.store.mailbox_api import Opened

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.Select, LOGGED_IN, news=False)
async def select(session: Session, command: commands.Select) -> Outcome:
    """Answer SELECT and EXAMINE; should it fail, nothing is selected (RFC 3501 §6.3.1)."""
    if session.view is not None:
        session.select(None)
        session.say(answers.untagged("OK", "the other one is closed", "CLOSED"))
    if command.condstore:
        session.use_condstore()
    reader = session.services.reader
    mailbox = await session.read(reader.mailbox, session.owner.number, command.mailbox)
    opened = await session.read(reader.open_mailbox, mailbox.number)
    view = View(opened, read_only=command.read_only, condstore=session.condstore)
    session.select(view)
    try:
        await _claim(session, view, opened)
    except BaseException:
        session.select(None)
        raise
    session.say(*_described(view, opened))
    return Outcome("it is open", "READ-ONLY" if view.read_only else "READ-WRITE")


@registry.handles(commands.Close, State.SELECTED, news=False)
async def close(session: Session, command: commands.Close) -> Outcome:
    """Answer CLOSE: what is flagged as deleted goes, and nothing is said of it."""
    if not session.selected.read_only:
        await remove(session, None)
    session.select(None)
    return Outcome("it is closed")


@registry.handles(commands.Unselect, State.SELECTED, news=False)
async def unselect(session: Session, command: commands.Unselect) -> Outcome:
    """Answer UNSELECT: nothing goes."""
    session.select(None)
    return Outcome("it is closed")


async def _claim(session: Session, view: View, opened: Opened) -> None:
    r"""Take what is \Recent; EXAMINE only looks (RFC 3501 §6.3.2)."""
    if opened.recent_from >= opened.status.uidnext:
        return
    if view.read_only:
        view.claim(range(opened.recent_from, opened.status.uidnext))
    else:
        await session.claim()


def _described(view: View, opened: Opened) -> list[bytes]:
    status = opened.status
    flags, permanent = view.flags()
    lines = [flags, permanent, answers.exists(status.messages), answers.recent(view.told_recent())]
    if opened.first_unseen is not None:
        code = answers.number_code("UNSEEN", opened.first_unseen)
        lines.append(answers.untagged("OK", "the first that nobody has read", code))
    validity = answers.number_code("UIDVALIDITY", status.mailbox.uidvalidity)
    following = answers.number_code("UIDNEXT", status.uidnext)
    highest = answers.number_code("HIGHESTMODSEQ", max(1, status.highest_modseq))  # of an empty one
    return [
        *lines,
        answers.untagged("OK", "UIDs hold as long as this", validity),
        answers.untagged("OK", "the next UID", following),
        answers.untagged("OK", "the last change", highest),
    ]
