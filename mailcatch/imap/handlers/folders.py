"""CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3 to §6.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailcatch.errors import Conflict, NotFound
from mailcatch.imap import commands
from mailcatch.imap.names import INBOX
from mailcatch.imap.outcome import Outcome
from mailcatch.imap.problem import Problem
from mailcatch.imap.registry import LOGGED_IN, registry

if TYPE_CHECKING:
    from mailcatch.imap.session import Session


@registry.handles(commands.Create, LOGGED_IN)
async def create(session: Session, command: commands.Create) -> Outcome:
    """Answer CREATE: the levels above come with it (RFC 3501 §6.3.3)."""
    name = _new_name(command.mailbox.rstrip("/"))
    try:
        await session.write(session.services.inbox.mailboxes.create_mailbox(session.owner.number, name))
    except Conflict as error:
        raise Problem(str(error), "NO", "ALREADYEXISTS") from error
    return Outcome("it is there")


@registry.handles(commands.Delete, LOGGED_IN)
async def delete(session: Session, command: commands.Delete) -> Outcome:
    """Answer DELETE; folders below stay (RFC 3501 §6.3.4). A session that has it selected sees its mail go."""
    mailbox = await session.read(session.services.reader.mailbox, session.owner.number, command.mailbox)
    await session.write(session.services.inbox.mailboxes.delete_mailbox(mailbox.number))
    return Outcome("it is gone")


@registry.handles(commands.Rename, LOGGED_IN)
async def rename(session: Session, command: commands.Rename) -> Outcome:
    """Answer RENAME; INBOX gives its mail to the new folder and stays (RFC 3501 §6.3.5)."""
    name = _new_name(command.target.rstrip("/"))
    mailbox = await session.read(session.services.reader.mailbox, session.owner.number, command.source)
    if name == mailbox.name or (name.startswith(f"{mailbox.name}/") and mailbox.name != INBOX):
        raise Problem("a folder cannot be moved to where it is, nor into itself", "NO", "CANNOT")
    try:
        await session.write(session.services.inbox.mailboxes.rename_mailbox(mailbox.number, name))
    except Conflict as error:
        raise Problem(str(error), "NO", "ALREADYEXISTS" if await _is_there(session, name) else "CANNOT") from error
    return Outcome("it has its new name")


@registry.handles(commands.Subscribe, LOGGED_IN)
async def subscribe(session: Session, command: commands.Subscribe) -> Outcome:
    """Answer SUBSCRIBE and UNSUBSCRIBE; a folder that is gone is not subscribed, which is all that was asked for."""
    name = command.mailbox.rstrip("/")
    try:
        await session.write(session.services.inbox.mailboxes.subscribe(session.owner.number, name, command.on))
    except NotFound:
        if command.on:
            raise
    return Outcome("done")


async def _is_there(session: Session, name: str) -> bool:
    mailboxes = await session.read(session.services.reader.mailboxes, session.owner.number)
    return any(mailbox.name == name for mailbox in mailboxes)


def _new_name(name: str) -> str:
    """Return a name that a folder may have. Raises Problem."""
    if not name or name.startswith("/") or "//" in name:
        raise Problem("each level of a name needs at least one character", "NO", "CANNOT")
    if any(character < " " or character in "\x7f*%\ufffd" for character in name):
        raise Problem("a name has no control characters, no wildcards, and is UTF-8 or modified UTF-7", "NO", "CANNOT")
    first, slash, rest = name.partition("/")
    if first.upper() == INBOX:
        return INBOX + slash + rest
    return name
